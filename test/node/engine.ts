import 'reflect-metadata';

import { Container } from '@n8n/di';
import {
	BinaryDataService,
	ExecutionLifecycleHooks,
	LoadOptionsContext,
	WorkflowExecute,
} from 'n8n-core';
import { createRunExecutionData, NodeConnectionTypes, Workflow } from 'n8n-workflow';
import type {
	IBinaryData,
	ICredentialDataDecryptedObject,
	ICredentialsHelper,
	ICredentialType,
	IDataObject,
	IHttpRequestHelper,
	IHttpRequestOptions,
	INode,
	INodeExecutionData,
	INodeParameters,
	INodeType,
	INodeTypes,
	IRun,
	IWorkflowExecuteAdditionalData,
	NodeApiError,
} from 'n8n-workflow';

import { unfitForPeople } from './readable';
import { CxoneAccessKeyApi } from '../../credentials/CxoneAccessKeyApi.credentials';
import { CxoneOAuth2Api } from '../../credentials/CxoneOAuth2Api.credentials';
import { GenesysBasicApi } from '../../credentials/GenesysBasicApi.credentials';

/** Credential values by type, as n8n would hold them decrypted. Changed in place when n8n stores a new token. */
export type StoredCredentials = Record<string, ICredentialDataDecryptedObject>;

const CREDENTIAL_TYPES: Record<string, ICredentialType> = Object.fromEntries(
	[new CxoneAccessKeyApi(), new CxoneOAuth2Api(), new GenesysBasicApi()].map((type) => [
		type.name,
		type,
	]),
);

/** Makes a credential type known to the tests of this file. */
export function withCredentialType(type: ICredentialType): void {
	CREDENTIAL_TYPES[type.name] = type;
}

/** n8n's credentials helper over the real credential classes: their own preAuthentication and authenticate run. */
export class CredentialsOverClasses implements Partial<ICredentialsHelper> {
	/** How often n8n asked a credential for a (new) token. */
	preAuthentications = 0;

	constructor(readonly stored: StoredCredentials) {}

	getParentTypes(name: string): string[] {
		return CREDENTIAL_TYPES[name]?.extends ?? [];
	}

	isCredentialUsableByNode(): boolean {
		return true;
	}

	getCredentialsProperties(type: string) {
		return CREDENTIAL_TYPES[type].properties;
	}

	async getDecrypted(
		_additionalData: unknown,
		_details: unknown,
		type: string,
	): Promise<ICredentialDataDecryptedObject> {
		const defaults = Object.fromEntries(
			CREDENTIAL_TYPES[type].properties.map(({ name, default: value }) => [name, value]),
		);
		return { ...(defaults as ICredentialDataDecryptedObject), ...this.stored[type] };
	}

	async getCredentials(): Promise<never> {
		throw new Error('not used');
	}

	async preAuthentication(
		helpers: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
		type: string,
		_node: INode,
		expired: boolean,
	): Promise<ICredentialDataDecryptedObject | undefined> {
		const credentialType = CREDENTIAL_TYPES[type];
		const expirable = credentialType.properties.find(
			(property) => property.typeOptions?.expirable === true,
		);
		if (expirable === undefined || credentialType.preAuthentication === undefined) return undefined;
		if (credentials[expirable.name] !== '' && !expired) return undefined;
		this.preAuthentications++;
		const output = (await credentialType.preAuthentication.call(
			helpers,
			credentials,
		)) as ICredentialDataDecryptedObject;
		Object.assign(this.stored[type], output);
		return Object.assign(credentials, output);
	}

	async runPreAuthentication(): Promise<undefined> {
		return undefined;
	}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		type: string,
		options: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const { authenticate } = CREDENTIAL_TYPES[type];
		if (typeof authenticate !== 'function') return options;
		return await authenticate(credentials, options);
	}

	async updateCredentials(
		_details: unknown,
		type: string,
		data: ICredentialDataDecryptedObject,
	): Promise<void> {
		Object.assign(this.stored[type], data);
	}

	async updateCredentialsOauthTokenData(
		_details: unknown,
		type: string,
		data: ICredentialDataDecryptedObject,
	): Promise<void> {
		this.stored[type].oauthTokenData = data.oauthTokenData;
	}
}

export interface NodeRun {
	nodeType: INodeType;
	parameters?: INodeParameters;
	credentials?: StoredCredentials;
	/** Input items; one empty item unless told. */
	input?: INodeExecutionData[];
	/** A node "Search" between the input and the node under test. */
	search?: { nodeType: INodeType; parameters: INodeParameters; alwaysOutputData?: boolean };
	onError?: INode['onError'];
	/** n8n's "Retry On Fail", without its pause. */
	retryOnFail?: boolean;
	/** Cancels the execution when it fires. */
	signal?: AbortSignal;
	timezone?: string;
}

export interface NodeResult {
	/** Items of the main output. */
	items: INodeExecutionData[];
	/** Items of the error output. */
	failed: INodeExecutionData[];
	/** The error that stopped the node. */
	error?: NodeApiError;
	run: IRun;
	helper: CredentialsOverClasses;
}

const START: INodeType = {
	description: {
		displayName: 'Start',
		name: 'start',
		group: ['trigger'],
		version: 1,
		description: 'Hands over items',
		defaults: { name: 'Start' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		properties: [],
	},
};

const URLS = [
	'restApiUrl',
	'instanceBaseUrl',
	'formWaitingBaseUrl',
	'webhookBaseUrl',
	'webhookWaitingBaseUrl',
	'webhookTestBaseUrl',
	'formBaseUrl',
	'formTestBaseUrl',
	'mcpBaseUrl',
	'mcpTestBaseUrl',
];

/** Additional data as n8n gives them to an execution, over the credentials of the test. */
export function additionalDataFor(helper: CredentialsOverClasses): IWorkflowExecuteAdditionalData {
	return {
		credentialsHelper: helper as unknown as ICredentialsHelper,
		executionId: 'test-execution',
		currentNodeExecutionIndex: 0,
		variables: {},
		...Object.fromEntries(URLS.map((name) => [name, 'http://localhost:5678/'])),
	} as unknown as IWorkflowExecuteAdditionalData;
}

/** The node types of a test workflow: a start node and the node under test. */
export function nodeTypesOf(nodeType: INodeType, search?: INodeType): INodeTypes {
	const known: Record<string, INodeType> = {
		'test.start': START,
		'test.subject': nodeType,
		...(search && { 'test.searchRecordings': search }),
	};
	return {
		getByName: (name) => known[name],
		getByNameAndVersion: (name) => known[name],
		getKnownTypes: () => ({}),
	};
}

/** The node that a test is about, as it stands in a workflow. */
export function subjectOf(
	parameters: INodeParameters = {},
	credentials: StoredCredentials = {},
): INode {
	return {
		id: 'subject',
		name: 'Subject',
		type: 'test.subject',
		typeVersion: 1,
		position: [0, 0],
		parameters,
		credentials: Object.fromEntries(
			Object.keys(credentials).map((type) => [type, { id: `id-${type}`, name: type }]),
		),
	};
}

/**
 * Runs a node in n8n's own execution engine, behind a start node that hands over `input`. Requests go out for real.
 */
export async function runNode(run: NodeRun): Promise<NodeResult> {
	await binaryStore();
	const helper = new CredentialsOverClasses(run.credentials ?? {});
	const subject: INode = {
		...subjectOf(run.parameters, run.credentials),
		position: [200, 0],
		onError: run.onError,
		...(run.retryOnFail && { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 }),
	};
	const start: INode = {
		id: 'start',
		name: 'Start',
		type: 'test.start',
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
	};
	const to = (node: string) => ({ main: [[{ node, type: NodeConnectionTypes.Main, index: 0 }]] });
	const search: INode[] =
		run.search === undefined
			? []
			: [
					{
						id: 'search',
						name: 'Search',
						type: 'test.searchRecordings',
						typeVersion: 1,
						position: [100, 0],
						parameters: run.search.parameters,
						credentials: subject.credentials,
						alwaysOutputData: run.search.alwaysOutputData,
					},
				];
	const workflow = new Workflow({
		id: 'test-workflow',
		name: 'Test',
		active: false,
		nodes: [start, ...search, subject],
		connections:
			search.length === 0
				? { Start: to('Subject') }
				: { Start: to('Search'), Search: to('Subject') },
		nodeTypes: nodeTypesOf(run.nodeType, run.search?.nodeType),
		settings: { timezone: run.timezone ?? 'UTC' },
	});
	const additionalData = additionalDataFor(helper);
	(additionalData as { hooks?: ExecutionLifecycleHooks }).hooks = new ExecutionLifecycleHooks(
		'manual',
		'test-execution',
		{
			id: 'test-workflow',
			name: 'Test',
			active: false,
			nodes: [],
			connections: {},
			createdAt: new Date(),
			updatedAt: new Date(),
		} as never,
	);
	const runData = createRunExecutionData({
		executionData: {
			nodeExecutionStack: [{ node: start, data: { main: [[{ json: {} }]] }, source: null }],
		},
		resultData: { pinData: { Start: run.input ?? [{ json: {} }] } },
	});
	const execution = new WorkflowExecute(additionalData, 'manual', runData).processRunExecutionData(
		workflow,
	);
	run.signal?.addEventListener('abort', () => execution.cancel());
	const result = await execution;
	const task = result.data.resultData.runData.Subject?.[0];
	const failed = task?.data?.main?.[1] ?? [];
	const error = (task?.error ?? result.data.resultData.error) as NodeApiError | undefined;
	assertFitForPeople(error, failed);
	return { items: task?.data?.main?.[0] ?? [], failed, error, run: result, helper };
}

/** Whatever a test is about: an error that a node shows, or hands to the error output, is one that a person can read. */
function assertFitForPeople(error: NodeApiError | undefined, failed: INodeExecutionData[]): void {
	const shown = failed.map(({ json: { error: message, details } }) => ({
		message: String(message),
		// Or a record for an audit.
		description: typeof details === 'string' ? details : undefined,
	}));
	for (const one of error === undefined ? shown : [...shown, error]) {
		const problem = unfitForPeople(one);
		if (problem !== undefined) throw new Error(`An error is not fit to be shown: ${problem}`);
	}
}

let storeReady: Promise<void> | undefined;

/** The binary store in file-system mode, as n8n has it by default, under the test's own user folder. */
async function binaryStore(): Promise<void> {
	storeReady ??= Container.get(BinaryDataService).init();
	await storeReady;
}

/** The bytes behind a binary field. */
export async function bytesOf(binary: IBinaryData): Promise<Buffer> {
	return await Container.get(BinaryDataService).getAsBuffer(binary);
}

/** JSON of items, typed loosely for assertions. */
export function jsonOf(items: INodeExecutionData[]): IDataObject[] {
	return items.map(({ json }) => json);
}

/**
 * The context in which n8n's editor asks an open node for a list.
 *
 * @param field path of the field that offers it
 */
export function panelOf(
	nodeType: INodeType,
	parameters: INodeParameters,
	credentials: StoredCredentials,
	field: string,
): LoadOptionsContext {
	const workflow = new Workflow({
		id: 'test-workflow',
		nodes: [subjectOf(parameters, credentials)],
		connections: {},
		active: false,
		nodeTypes: nodeTypesOf(nodeType),
		settings: { timezone: 'Europe/Berlin' },
	});
	const node = workflow.getNode('Subject')!;
	const additional = additionalDataFor(new CredentialsOverClasses(credentials));
	// As the editor sends them: with the defaults of what nobody touched.
	additional.currentNodeParameters = node.parameters;
	return new LoadOptionsContext(workflow, node, additional, `parameters.${field}`);
}
