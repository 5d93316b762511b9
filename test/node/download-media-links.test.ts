import type { INodeParameters } from 'n8n-workflow';

import { credentialsFor } from './credentials';
import { bytesOf, jsonOf, runNode, type NodeResult } from './engine';
import { worldForEachTest } from './virtual';
import { DownloadMedia } from '../../nodes/DownloadMedia/DownloadMedia.node';
import { sha256 } from '../media/world';

const world = worldForEachTest();

const apiCalls = () =>
	world.simulator.requests.filter(({ path }) => path.startsWith('/media-playback/'));

async function run(parameters: INodeParameters = {}): Promise<NodeResult> {
	return await runNode({
		nodeType: new DownloadMedia(),
		parameters: {
			platform: 'cxone',
			source: 'id',
			identifier: 'acdCallId',
			acdCallId: '77',
			...parameters,
		},
		credentials: credentialsFor(world.simulator).cxone,
	});
}

const call = (seed: string) => ({
	kind: 'call' as const,
	media: { voice: { synthetic: { sizeBytes: 30_000, seed, format: 'mp4' as const } } },
});
const chat = (seed: string) => ({
	kind: 'chat' as const,
	media: { screen: { synthetic: { sizeBytes: 30_000, seed, format: 'mp4' as const } } },
	messages: [
		{
			participantType: 'CUSTOMER' as const,
			participantName: 'Ana',
			text: 'Hi',
			timeStamp: '2025-03-04T11:00:00Z',
		},
	],
});

/** Hashes of the files of the contact, in the order of its interactions. */
function stored(): string[] {
	const { contacts } = world.simulator.cxone;
	return contacts
		.get('77')!
		.interactions.flatMap(({ objectKeys }) =>
			Object.values(objectKeys).map((key) => world.simulator.media.source(key).sha256),
		);
}

const SETS = [
	['two calls', () => [call('a'), call('b')], ['77_voice-only-1.mp4', '77_voice-only-2.mp4']],
	[
		'three calls',
		() => [call('a'), call('b'), call('c')],
		['77_voice-only-1.mp4', '77_voice-only-2.mp4', '77_voice-only-3.mp4'],
	],
	[
		'a call and a chat',
		() => [call('a'), chat('b')],
		['77_voice-only.mp4', '77_chat-and-screen.mp4'],
	],
	[
		'a call, a chat and a call',
		() => [call('a'), chat('b'), call('c')],
		['77_voice-only-1.mp4', '77_chat-and-screen.mp4', '77_voice-only-2.mp4'],
	],
	['one call', () => [call('a')], ['77_voice-only.mp4']],
] as const;
const SHAPES = ['redirectUrl', 'redirectUrlWithMetadata', 'fileToPlayUrl', 'httpRedirect'] as const;

describe.each(SETS)('a contact with %s', (_, interactions, names) => {
	it.each(
		SHAPES.flatMap((shape) =>
			(['none', 'text', 'both', undefined] as const).map(
				(transcripts) => [shape, transcripts] as const,
			),
		),
	)(
		'is delivered whole, under the same names: downloads answered with %s, transcripts %s',
		async (downloadShape, transcripts) => {
			world.simulator.cxone.contacts.add({
				acdCallId: '77',
				downloadShape,
				interactions: interactions(),
			});
			const { items, error } = await run({
				options: transcripts === undefined ? {} : { transcripts },
			});
			expect(error).toBeUndefined();
			const files = items.filter(({ json }) => json.transcript !== true);
			expect(jsonOf(files).map(({ fileName }) => fileName)).toEqual(names);
			expect(
				await Promise.all(files.map(async ({ binary }) => sha256(await bytesOf(binary!.data)))),
			).toEqual(stored());
			expect(apiCalls()).toHaveLength(1);
		},
	);
});

describe('links of one answer', () => {
	/** The contact's answer, with these links in place of its own. */
	function answer(
		fileToPlayUrls: Array<string | undefined>,
		redirectUrl?: string,
		times = 1,
	): void {
		const interactions = fileToPlayUrls.map((fileToPlayUrl) => ({
			'@type': 'call',
			mediaType: 'voice-only',
			data: { fileToPlayUrl },
		}));
		const body = {
			contactId: 'c',
			interactions,
			...(redirectUrl !== undefined && { redirectUrl }),
		};
		world.simulator.faults.add({
			server: 'cxone',
			path: '/media-playback/v1/contacts',
			effect: { kind: 'status', status: 200, body },
			times,
		});
	}
	const keys = ['playback/a.mp4', 'playback/b.mp4', 'playback/c.mp4'];
	let link: (key: string, seconds?: number) => string;
	beforeEach(() => {
		for (const key of keys)
			world.simulator.media.addObject(key, {
				synthetic: { sizeBytes: 20_000, seed: key, format: 'mp4' },
			});
		link = (key, seconds) => world.simulator.media.signedUrl(key, seconds);
	});
	const delivered = async ({ items }: NodeResult) =>
		await Promise.all(items.map(async ({ binary }) => sha256(await bytesOf(binary!.data))));
	const hashes = (...wanted: string[]) =>
		wanted.map((key) => world.simulator.media.source(key).sha256);

	it('are the same file where only the signature differs', async () => {
		answer([link(keys[0], 600), link(keys[1], 600)], link(keys[0], 1_200));
		const result = await run();
		expect(await delivered(result)).toEqual(hashes(keys[0], keys[1]));
		expect(jsonOf(result.items).map(({ fileName }) => fileName)).toEqual([
			'77_voice-only-1.mp4',
			'77_voice-only-2.mp4',
		]);
	});

	it.each([
		[
			'X-Amz-Expires=900&X-Amz-Date=20250304T120000Z&X-Amz-Signature=a',
			'X-Amz-Expires=60&X-Amz-Date=20250304T120001Z&X-Amz-Signature=b&response-content-disposition=attachment',
			1,
		],
		['Policy=a&Signature=b&Key-Pair-Id=c', 'Key-Pair-Id=c&Policy=d&Signature=e', 1],
		[
			'sv=2024-11-04&se=2025&sr=b&sp=r&sig=a',
			'sp=r&sr=b&se=2026&sv=2024-11-04&sig=b&rscd=attachment',
			1,
		],
		['X-Goog-Date=1&X-Goog-Signature=a', 'X-Goog-Date=2&X-Goog-Signature=b', 1],
		['segment=1&Signature=a', 'segment=2&Signature=a', 2],
		// Of another store, where these letters mean something.
		['se=1&sig=a', 'se=2&sig=a', 2],
		['id=1', 'id=2', 2],
	])('%s and %s lead to so many files: %i', async (one, other, files) => {
		const url = `${world.simulator.media.url}/play.mp4`;
		world.simulator.faults.add({
			server: 'media',
			effect: {
				kind: 'status',
				status: 200,
				headers: { 'Content-Type': 'audio/mpeg' },
				body: `ID3${'x'.repeat(3_000)}`,
			},
			times: 9,
		});
		answer([`${url}?${one}`], `${url}?${other}`);
		const { items, error } = await run({ options: { whenKindDiffers: 'keep' } });
		expect(error).toBeUndefined();
		expect(items).toHaveLength(files);
		expect(new Set(jsonOf(items).map(({ fileName }) => fileName)).size).toBe(files);
	});

	it('are all delivered where the link of the whole is none of the interactions', async () => {
		answer([link(keys[0]), link(keys[1])], link(keys[2]));
		const result = await run();
		expect(await delivered(result)).toEqual(hashes(...keys));
		expect(jsonOf(result.items).map(({ fileName }) => fileName)).toEqual([
			'77_voice-only-1.mp4',
			'77_voice-only-2.mp4',
			'77_media.mp4',
		]);
	});

	it('are one where no interaction has its own', async () => {
		answer([undefined], link(keys[0]));
		const { items } = await run();
		expect(jsonOf(items).map(({ fileName }) => fileName)).toEqual(['77_voice-only.mp4']);
	});

	it('are asked for again file by file, also when they come in another order then', async () => {
		answer([link(keys[0]), link(keys[1], -10), link(keys[2], -10)]);
		answer([link(keys[2]), link(keys[1]), link(keys[0])], undefined, 2);
		const result = await run({ options: { parallel: 1 } });
		expect(result.error).toBeUndefined();
		expect(await delivered(result)).toEqual(hashes(...keys));
		expect(apiCalls()).toHaveLength(3);
	});

	it('are not mistaken for each other when one is gone then', async () => {
		answer([link(keys[0]), link(keys[1], -10)]);
		answer([link(keys[0])]);
		const { items, error } = await run();
		expect(items).toEqual([]);
		expect(error!.message).toBe('The media of 77 changed while they were being downloaded');
	});

	it.each([
		[
			'all',
			undefined,
			"CXone knows the interaction, but gives no link to media: it was not recorded, or it is a chat or an email without a screen recording. For what was written, add 'Transcripts of Chats and Emails' under 'Options'.",
		],
		['chat', undefined, "'Media Type' to 'All'"],
		['all', 'text', /recording\.$/],
	])(
		'missing, media type %s and transcripts %s: the advice names what can still be changed',
		async (mediaType, transcripts, advice) => {
			answer([undefined]);
			const { error } = await run({
				mediaType,
				options: transcripts === undefined ? {} : { transcripts },
			});
			expect(error!.message).toBe('77 has no media file');
			if (typeof advice === 'string') expect(error!.description).toContain(advice);
			else expect(error!.description).toMatch(advice);
		},
	);
});
