import { Container } from '@n8n/di';
import { BinaryDataService, PollContext } from 'n8n-core';
import { Workflow } from 'n8n-workflow';
import type {
	IDataObject,
	INodeExecutionData,
	INodeParameters,
	INodeType,
	NodeApiError,
	WorkflowExecuteMode,
} from 'n8n-workflow';

import {
	additionalDataFor,
	CredentialsOverClasses,
	nodeTypesOf,
	subjectOf,
	type StoredCredentials,
} from './engine';

/** A polling node in an active workflow, with the static data n8n would keep for it. */
export interface Polling {
	/** As n8n holds it in memory. */
	staticData: IDataObject;
	/** One poll: the items, or null. */
	poll(options?: {
		budgetMs?: number;
		mode?: WorkflowExecuteMode;
		staticData?: IDataObject;
	}): Promise<INodeExecutionData[] | null>;
	/** One poll that is expected to throw. */
	refused(): Promise<NodeApiError>;
	/** IDs of what a poll gives. */
	ids(options?: { budgetMs?: number; staticData?: IDataObject }): Promise<string[]>;
	/** What the node logged. */
	said: string[];
	/** ID of the credentials that are chosen in the node. */
	credentialId: string;
}

/** Puts a polling node into n8n-core's own `PollContext`. Requests go out for real. */
export async function polling(
	nodeType: INodeType,
	parameters: INodeParameters,
	credentials: StoredCredentials,
): Promise<Polling> {
	await Container.get(BinaryDataService).init();
	const helper = new CredentialsOverClasses(credentials);
	const node = subjectOf(parameters, credentials);
	const workflow = new Workflow({
		id: 'test-workflow',
		name: 'Test',
		active: true,
		nodes: [node],
		connections: {},
		nodeTypes: nodeTypesOf(nodeType),
		settings: { timezone: 'Europe/Berlin' },
	});
	const said: string[] = [];
	const self: Polling = {
		staticData: {},
		said,
		credentialId: '',
		async poll({ budgetMs, mode = 'trigger', staticData } = {}) {
			const subject = workflow.getNode('Subject')!;
			for (const [type, chosen] of Object.entries(subject.credentials ?? {}))
				chosen.id = `id-${type}${self.credentialId}`;
			const context = new PollContext(
				workflow,
				subject,
				additionalDataFor(helper),
				mode,
				'update',
				undefined,
				undefined,
				undefined,
				undefined,
				() => staticData ?? self.staticData,
				budgetMs === undefined ? undefined : () => budgetMs,
			);
			Object.defineProperty(context, 'logger', {
				value: Object.fromEntries(
					['debug', 'info', 'warn', 'error'].map((level) => [
						level,
						(message: string) => said.push(message),
					]),
				),
			});
			const result = await nodeType.poll!.call(context);
			return result === null ? null : result[0]!;
		},
		async refused() {
			return await self.poll().then(
				() => {
					throw new Error('the poll went through');
				},
				(error: NodeApiError) => error,
			);
		},
		async ids(options) {
			return ((await self.poll(options)) ?? []).map(({ json }) => String(json.id));
		},
	};
	return self;
}
