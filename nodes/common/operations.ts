import type { INodeTypeDescription } from 'n8n-workflow';

/**
 * The version of a node, in the form that keeps n8n's own entry 'Custom API Call' out of its operations: n8n adds it to
 * every node whose version is a number or that names no default one. The nodes of this pack make no such call.
 */
export const onlyItsOperations = {
	version: [1],
	defaultVersion: 1,
} satisfies Partial<INodeTypeDescription>;
