import type {
	IDataObject,
	IExecuteSingleFunctions,
	INodeExecutionData,
	INodeProperties,
} from 'n8n-workflow';

import { FieldValues } from './field-values';
import { optionsField } from './fields';
import { outputFields, outputOf, type Output } from './output';
import { billingNotice, mediaTypeField, playbackPatienceMs, playbackWait } from './playback-fields';
import { rowOf, type Asked, type PlaybackCall } from '../../core/cxone/calls';
import { contactSummary, rawContact, rawInteractions } from '../../core/cxone/contact';
import {
	CONTACT_FIELDS,
	contactItem,
	INTERACTION_FIELDS,
	interactionItems,
	type AskedIds,
} from '../../core/cxone/contact-item';
import type { RoutedWork } from '../../core/cxone/routing-loop';
import type { ContactReply } from '../../core/cxone/schemas';

const mediaType: INodeProperties = {
	...mediaTypeField,
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
		{
			name: 'One Item per Contact',
			value: 'contact',
			description: 'With a list of its interactions',
		},
		{
			name: 'One Item per Interaction',
			value: 'interaction',
			description: 'For example one for each call and each chat',
		},
	],
	description: 'A contact can hold several interactions, for example after a transfer',
};

const mediaUrl: INodeProperties = {
	displayName: 'Media URL',
	name: 'mediaUrl',
	type: 'options',
	default: 'none',
	options: [
		{
			name: 'Include Download URL',
			value: 'download',
			description: 'The link CXone gives for downloading',
		},
		{
			name: 'Include Playback URL',
			value: 'playback',
			description: 'The link of each interaction for playing it back',
		},
		{ name: 'Leave Out', value: 'none' },
	],
	hint: 'A media URL is a secret: whoever has it can fetch the recording, for 30 minutes or the length of the call. To store the media, use Download Media instead.',
	description: 'Whether and which link to the media the output contains',
};

/** The same without a download link: CXone has none for segments. */
const playbackUrl: INodeProperties = {
	...mediaUrl,
	options: mediaUrl.options?.filter(
		(option) => !('value' in option) || option.value !== 'download',
	),
};

const excludeCategories: INodeProperties = {
	displayName: 'Exclude Categories',
	name: 'excludeCategories',
	type: 'boolean',
	default: false,
	description: 'Whether to leave out the categories that speech and text analytics found',
};

const excludeWaveforms: INodeProperties = {
	displayName: 'Exclude Waveforms',
	name: 'excludeWaveforms',
	type: 'boolean',
	default: true,
	displayOptions: { show: { output: ['raw'] } },
	description: 'Whether to leave out the waveforms, which make the raw data many times larger',
};

/** Where an item holds links to media, in each form that it can have. n8n 2.41 knows such declarations, and does not act on them yet. */
export const MEDIA_LINKS: string[] = [
	'',
	'interactions[*].',
	'Interactions[*].',
	'Interactions[*].Interaction.',
].flatMap((place) =>
	['mediaUrl', 'redirectUrl', 'data.fileToPlayUrl', 'data.videoImageUrl'].map(
		(name) => `${place}${name}`,
	),
);

/** Fields of the nodes that read interactions from Media Playback, for one of its calls. */
export function playbackFields(call: PlaybackCall): INodeProperties[] {
	return [
		billingNotice('Interactions are read'),
		mediaType,
		split,
		knows(call, 'download') ? mediaUrl : playbackUrl,
		...outputFields(
			'start, agentNames, sentiment',
			'interactions.kind gives the kind of each interaction of a contact',
		),
		// Not in 'Options': those are sent only when added, and CXone's own default is to include waveforms.
		excludeWaveforms,
		optionsField([excludeCategories, playbackWait]),
	];
}

function knows(call: PlaybackCall, parameter: string): boolean {
	return parameter in (rowOf(call).query ?? {});
}

/** What a node asks Media Playback for: the call with its IDs, and the ACD call ID where that is one of them. */
export type PlaybackQuestion = {
	[Call in PlaybackCall]: { call: Call; asked: Asked<Call>; acdCallId: string | null };
}[PlaybackCall];

/** What a node that reads interactions does for one item. */
export function playbackWork(
	questionOf: (context: IExecuteSingleFunctions) => PlaybackQuestion,
): RoutedWork {
	return async (context, makeCall) => {
		const { call, asked, acdCallId } = questionOf(context);
		const fields = FieldValues.ofRouted(context);
		const perInteraction = fields.choice('split') === 'interaction';
		const output = outputOf(fields, perInteraction ? INTERACTION_FIELDS : CONTACT_FIELDS);
		const patienceMs = playbackPatienceMs(fields);
		const query = {
			...asked.query,
			mediaType: context.getNodeParameter('mediaType'),
			excludeCategories: fields.collection('options').excludeCategories,
			...(knows(call, 'excludeWaveforms') && {
				excludeWaveforms: !withWaveforms(fields, output),
			}),
			...(knows(call, 'download') && {
				download: context.getNodeParameter('mediaUrl') === 'download',
			}),
		};
		const { answer } = await makeCall(call, { ...asked, query } as Asked<PlaybackCall>, patienceMs);
		return itemsOf(context, answer, output, { acdCallId, ...partOf(asked) });
	};
}

/** Only CXone's own form has them. */
function withWaveforms(fields: FieldValues, { isRaw }: Output): boolean {
	return isRaw && fields.value('excludeWaveforms', true) === false;
}

function partOf(asked: PlaybackQuestion['asked']): Pick<AskedIds, 'segmentId' | 'statementId'> {
	const { segmentId = null, statementId = null } = (
		'ids' in asked ? asked.ids : {}
	) as Partial<AskedIds>;
	return { segmentId, statementId };
}

function itemsOf(
	context: IExecuteSingleFunctions,
	contact: ContactReply,
	output: Output,
	asked: AskedIds,
): INodeExecutionData[] {
	const withMediaUrl = context.getNodeParameter('mediaUrl') !== 'none';
	const choice = {
		withMediaUrl,
		withWaveforms: withWaveforms(FieldValues.ofRouted(context), output),
	};
	// A download may be answered by a link alone, which belongs to the contact as a whole.
	const perInteraction =
		context.getNodeParameter('split') === 'interaction' && contact.interactions.length > 0;
	if (output.isRaw) {
		const raw = perInteraction ? rawInteractions(contact, choice) : [rawContact(contact, choice)];
		return raw.map((json) => ({ json: json as IDataObject }));
	}
	const summary = contactSummary(contact, asked.acdCallId, withMediaUrl);
	const items = perInteraction ? interactionItems(summary, asked) : [contactItem(summary, asked)];
	return items.map((item) => ({ json: output.json(item) }));
}
