import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { FieldValues } from './field-values';
import { optionsField } from './fields';
import { outputFields, outputOf } from './output';
import { billingNotice, mediaTypeField, playbackWait } from './playback-fields';
import { rowOf, type Asked, type PlaybackCall } from '../../core/cxone/calls';
import { contactSummary, rawContact, rawInteractions } from '../../core/cxone/contact';
import {
	CONTACT_FIELDS,
	contactItem,
	INTERACTION_FIELDS,
	interactionItems,
} from '../../core/cxone/contact-item';
import type { RoutedWork } from '../../core/cxone/routing-loop';

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
export function playbackWork(questionOf: (fields: FieldValues) => PlaybackQuestion): RoutedWork {
	return async (context, makeCall) => {
		const fields = FieldValues.ofRouted(context);
		const { call, asked, acdCallId } = questionOf(fields);
		const isSplit = fields.choice('split') === 'interaction';
		const output = outputOf(fields, isSplit ? INTERACTION_FIELDS : CONTACT_FIELDS);
		const link = fields.choice('mediaUrl');
		const choice = {
			withMediaUrl: link !== 'none',
			// Only CXone's own form has them.
			withWaveforms: output.isRaw && fields.value('excludeWaveforms', true) === false,
		};
		const query = {
			...asked.query,
			mediaType: fields.choice('mediaType'),
			excludeCategories: fields.collection('options').excludeCategories,
			...(knows(call, 'excludeWaveforms') && { excludeWaveforms: !choice.withWaveforms }),
			...(knows(call, 'download') && { download: link === 'download' }),
		};
		const patienceMs = fields.entry(playbackWait) * 1000;
		const { answer } = await makeCall(call, { ...asked, query } as Asked<PlaybackCall>, patienceMs);
		// A download may be answered by a link alone, which belongs to the contact as a whole.
		const perInteraction = isSplit && answer.interactions.length > 0;
		if (output.isRaw) {
			const raw = perInteraction ? rawInteractions(answer, choice) : [rawContact(answer, choice)];
			return raw.map((json) => ({ json: json as IDataObject }));
		}
		const part = { segmentId: null, statementId: null, ...asked.ids };
		const summary = contactSummary(answer, acdCallId, choice.withMediaUrl);
		const items = perInteraction ? interactionItems(summary, part) : [contactItem(summary, part)];
		return items.map((item) => ({ json: output.json(item) }));
	};
}
