import type { IDataObject, IExecuteSingleFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';

import { FieldValues } from './field-values';
import { describeCxoneRequest, redirectAsLink, type CallName } from '../../core/cxone/calls';
import { contactSummary, rawContact, rawInteractions } from '../../core/cxone/contact';
import { routingLoop, type RoutedRequest } from '../../core/cxone/routing-loop';
import { contactReply } from '../../core/cxone/schemas';
import { parseReply } from '../../core/http/errors';
import { pathPart } from '../../core/http/path-part';

/** Longer than CXone is likely to prepare or lock an interaction. */
const DEFAULT_WAIT_SECONDS = 300;

const mediaType: INodeProperties = {
	displayName: 'Media Type',
	name: 'mediaType',
	type: 'options',
	default: 'all',
	options: [
		{ name: 'All', value: 'all' },
		{ name: 'Chat', value: 'chat' },
		{ name: 'Email', value: 'email' },
		{ name: 'Voice and Screen', value: 'voice-and-screen' },
		{ name: 'Voice Only', value: 'voice-only' },
	],
	routing: { send: { type: 'query', property: 'media-type' } },
	description:
		"Which interactions to return. Chats and emails have a transcript only where they were handled by CXone's legacy digital channels.",
};

const split: INodeProperties = {
	displayName: 'Return',
	name: 'split',
	type: 'options',
	noDataExpression: true,
	default: 'contact',
	options: [
		{ name: 'One Item per Contact', value: 'contact', description: 'With a list of its interactions' },
		{ name: 'One Item per Interaction', value: 'interaction', description: 'For example one for each call and each chat' },
	],
	description: 'A contact can hold several interactions, for example after a transfer',
};

const mediaUrl: INodeProperties = {
	displayName: 'Media URL',
	name: 'mediaUrl',
	type: 'options',
	default: 'none',
	options: [
		{ name: 'Leave Out', value: 'none' },
		{ name: 'Include Download URL', value: 'download', description: 'The link CXone gives for downloading' },
		{ name: 'Include Playback URL', value: 'playback', description: 'The link of each interaction for playing it back' },
	],
	hint: 'A media URL is a secret: whoever has it can fetch the recording, for 30 minutes or the length of the call. To store the media, use Download Media instead.',
	description: 'Whether and which link to the media the output contains',
};

/** The same without a download link: CXone has none for segments. */
const playbackUrl: INodeProperties = {
	...mediaUrl,
	options: mediaUrl.options?.filter((option) => !('value' in option) || option.value !== 'download'),
};

const download: INodeProperties['routing'] = {
	send: { type: 'query', property: 'isDownload', value: '={{ $value === "download" }}' },
};

const simplify: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

const excludeCategories: INodeProperties = {
	displayName: 'Exclude Categories',
	name: 'excludeCategories',
	type: 'boolean',
	default: false,
	routing: { send: { type: 'query', property: 'exclude-qm-categories' } },
	description: 'Whether to leave out the categories that speech and text analytics found',
};

const excludeWaveforms: INodeProperties = {
	displayName: 'Exclude Waveforms',
	name: 'excludeWaveforms',
	type: 'boolean',
	default: true,
	description: 'Whether to leave out the waveforms, which make the raw data many times larger',
};

const wait: INodeProperties = {
	displayName: 'Wait at Most (Seconds)',
	name: 'waitSeconds',
	type: 'number',
	typeOptions: { minValue: 0 },
	default: DEFAULT_WAIT_SECONDS,
	description:
		'How long to ask again while CXone is still preparing the interaction, or has it locked for another request. Waiting for the request budget does not count.',
};

/** Which parameters a call of Media Playback knows, besides those that all know. */
interface Knows {
	download: boolean;
	waveforms: boolean;
}

/** Fields of the nodes that read interactions from Media Playback, for one of its calls. */
export function playbackFields(knows: Knows): INodeProperties[] {
	return [
		mediaType,
		split,
		knows.download ? { ...mediaUrl, routing: download } : playbackUrl,
		simplify,
		// Not in 'Options': those are sent only when added, and CXone's own default is to include waveforms.
		{
			...excludeWaveforms,
			...(knows.waveforms && { routing: { send: { type: 'query', property: 'exclude-waveforms' } } }),
		},
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add option',
			default: {},
			options: [excludeCategories, wait],
		},
	];
}

/** What a node asks Media Playback for: the call, and the ID for people and messages. */
export interface PlaybackQuestion {
	call: CallName;
	request: RoutedRequest;
	/** The ACD call ID, where that is what was asked for. */
	acdCallId: string | null;
}

/** The request loop for a node that reads interactions. */
export function playbackLoop(ask: (context: IExecuteSingleFunctions, request: RoutedRequest) => PlaybackQuestion) {
	return routingLoop({
		work: async (context, routed, send) => {
			const { call, request, acdCallId } = ask(context, routed);
			const options = context.getNodeParameter('options', {}) as { waitSeconds?: unknown };
			const patienceMs = FieldValues.ofRouted(context).number(options.waitSeconds ?? DEFAULT_WAIT_SECONDS, 'Wait at Most (Seconds)', { min: 0 }) * 1000;
			const reply = await send(request, { call, repeatable: true, patienceMs });
			const contact = parseReply(describeCxoneRequest(context.getNode(), call), contactReply, redirectAsLink(reply));
			return itemsOf(context, contact, acdCallId);
		},
	});
}

function itemsOf(
	context: IExecuteSingleFunctions,
	contact: ReturnType<typeof contactReply.parse>,
	acdCallId: string | null,
): INodeExecutionData[] {
	const withMediaUrl = context.getNodeParameter('mediaUrl') !== 'none';
	const withWaveforms = context.getNodeParameter('excludeWaveforms') === false;
	const choice = { withMediaUrl, withWaveforms };
	// A download may be answered by a link alone, which belongs to the contact as a whole.
	const perInteraction = context.getNodeParameter('split') === 'interaction' && contact.interactions.length > 0;
	const asItem = (json: object) => ({ json: json as IDataObject });
	if (context.getNodeParameter('simplify') === false) {
		return perInteraction ? rawInteractions(contact, choice).map(asItem) : [asItem(rawContact(contact, choice))];
	}
	const summary = contactSummary(contact, acdCallId, withMediaUrl);
	if (!perInteraction) return [asItem(summary)];
	const { acdCallId: callId, contactId, elevated } = summary;
	return summary.interactions.map((interaction) => {
		const unreadable = [...(summary.unreadable ?? []), ...(interaction.unreadable ?? [])];
		return asItem({ acdCallId: callId, contactId, elevated, ...interaction, ...(unreadable.length > 0 && { unreadable }) });
	});
}

/** An ID of the fields, trimmed and safe to stand in a path. */
export function pathId(context: IExecuteSingleFunctions, name: string, field: string): string {
	return pathPart(FieldValues.ofRouted(context).requiredText(name, field));
}
