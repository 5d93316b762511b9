import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type {
	INodeParameters,
	INodeProperties,
	INodePropertyCollection,
	INodePropertyOptions,
	INodeType,
} from 'n8n-workflow';

import { credentialsFor } from './credentials';
import { jsonOf, runNode } from './engine';
import { startVirtualWorld, type VirtualWorld } from './virtual';
import { DeleteRecording } from '../../nodes/DeleteRecording/DeleteRecording.node';
import { nextSteps as nextStepsOfDeletions } from '../../nodes/DeleteRecording/next-steps';
import { CommonFaults } from '../../nodes/DownloadMedia/common-faults';
import { DownloadMedia } from '../../nodes/DownloadMedia/DownloadMedia.node';
import { nextSteps } from '../../nodes/DownloadMedia/next-steps';
import { GetContact } from '../../nodes/GetContact/GetContact.node';
import { GetSegment } from '../../nodes/GetSegment/GetSegment.node';
import { nextSteps as nextStepsOfCommands } from '../../nodes/RecordControl/next-steps';
import { RecordControl } from '../../nodes/RecordControl/RecordControl.node';
import { nextSteps as nextStepsOfTrigger } from '../../nodes/RecordingTrigger/next-steps';
import { RecordingTrigger } from '../../nodes/RecordingTrigger/RecordingTrigger.node';
import { nextSteps as nextStepsOfSearch } from '../../nodes/SearchRecordings/next-steps';
import { SearchRecordings } from '../../nodes/SearchRecordings/SearchRecordings.node';
import type { MediaSource } from '../../simulator';

const FOLDER = join(__dirname, '../../core');
/** A label as messages quote it: it begins with a capital. */
const QUOTED = /'([A-Z][^'\n]*)'/g;

/** Columns of CXone's list that are called like fields. */
const COLUMNS = ['ACD Call ID', 'Segment ID'];

const filesOf = (folder: string): string[] =>
	readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.filter((file) => file.endsWith('.ts'))
		.map((file) => join(folder, file));

/** What a builder reads on a node: names of fields and of what can be chosen in them. */
function labelsOf(node: INodeType): Set<string> {
	const labels = new Set<string>();
	const collect = (
		entries: Array<INodeProperties | INodePropertyOptions | INodePropertyCollection>,
	): void => {
		for (const entry of entries) {
			labels.add('displayName' in entry ? entry.displayName : entry.name);
			if ('values' in entry) collect(entry.values);
			if ('options' in entry) collect(entry.options ?? []);
		}
	};
	collect(node.description.properties);
	return labels;
}

describe('labels of fields in messages', () => {
	it.each([
		[new DownloadMedia(), nextSteps],
		[new RecordControl(), nextStepsOfCommands],
		[new DeleteRecording(), nextStepsOfDeletions],
		[new SearchRecordings(), nextStepsOfSearch],
		[new RecordingTrigger(), nextStepsOfTrigger],
	])('stand on the node that shows them: %#', (node, steps) => {
		const labels = labelsOf(node);
		const quoted = Object.values(steps).flatMap((step) =>
			[...step.matchAll(QUOTED)].map(([, label]) => label),
		);
		expect(quoted.length).toBeGreaterThan(0);
		expect(quoted.filter((label) => !labels.has(label))).toEqual([]);
	});

	it('follow each reason that the platforms give, and none that they do not', () => {
		const source = filesOf(FOLDER)
			.map((file) => readFileSync(file, 'utf8'))
			.join('\n');
		const given = new Set([...source.matchAll(/'([a-z]\w+)'/gi)].map(([, word]) => word));
		const steps = Object.keys({
			...nextSteps,
			...nextStepsOfCommands,
			...nextStepsOfDeletions,
			...nextStepsOfSearch,
			...nextStepsOfTrigger,
		});
		expect(steps.filter((reason) => !given.has(reason))).toEqual([]);
		const reasons = [...source.matchAll(/reason: '(\w+)'|withReason\(\w+, '(\w+)'/g)].map(
			([, one, other]) => one ?? other,
		);
		expect(reasons.length).toBeGreaterThan(5);
		expect(reasons.filter((reason) => !steps.includes(reason))).toEqual([]);
	});

	it('are unknown to core', () => {
		const nodes = [
			DeleteRecording,
			DownloadMedia,
			GetContact,
			GetSegment,
			RecordControl,
			RecordingTrigger,
			SearchRecordings,
		];
		// A single word may mean anything.
		const labels = nodes
			.flatMap((Node) => [...labelsOf(new Node())])
			.filter((label) => label.includes(' '));
		const known = filesOf(FOLDER).flatMap((file) => {
			const source = readFileSync(file, 'utf8');
			return labels
				.filter((label) => source.includes(`'${label}'`))
				.filter((label) => !(COLUMNS.includes(label) && /extracted[\w-]*\.ts$/.test(file)))
				.map((label) => `${file}: ${label}`);
		});
		expect(known).toEqual([]);
	});
});

it('an item that was not tried has the next step of the one that showed why', async () => {
	const faults = new CommonFaults();
	const refused = Object.assign(new Error('Refused'), { scope: 'platform', reason: 'tooSmall' });
	await expect(faults.guard('cxone', 0, async () => await Promise.reject(refused))).rejects.toBe(
		refused,
	);
	await expect(faults.guard('cxone', 1, async () => await Promise.resolve())).rejects.toMatchObject(
		{ message: 'Not tried after item 0 failed: Refused', reason: 'tooSmall' },
	);
});

describe('Download Media says what to change in its own fields', () => {
	let world: VirtualWorld;
	beforeEach(async () => {
		world = await startVirtualWorld();
	});
	afterEach(async () => {
		await world.end();
	});

	async function run(media: MediaSource, more: INodeParameters, status?: 'Processing') {
		world.simulator.cxone.recordings.add({
			recordingId: 'rec-1',
			media: { combined: media },
			...(status && { status }),
		});
		const parameters = {
			platform: 'cxone',
			source: 'id',
			identifier: 'recordingId',
			recordingId: 'rec-1',
			...more,
		};
		const credentials = credentialsFor(world.simulator).cxone;
		const stopped = await runNode({ nodeType: new DownloadMedia(), parameters, credentials });
		return stopped.error!;
	}

	it('where a file is smaller than wanted', async () => {
		const error = await run({ synthetic: { sizeBytes: 900, seed: 'small', format: 'mp4' } }, {});
		expect(error.message).toBe('Media unavailable: recording rec-1 (combined) has 900 bytes');
		expect(error.description).toMatch(
			/purged\. If such files are wanted, lower 'Minimum File Size \(Bytes\)' under 'Options'\.$/,
		);
	});

	it('not where a file is empty: there is no smaller size to want', async () => {
		const error = await run('empty', { options: { minimumBytes: 0 } });
		expect(error.description).not.toContain('Minimum File Size');
	});

	it('where a recording is not ready', async () => {
		const error = await run({ file: 'combined.wav' }, {}, 'Processing');
		expect(error.message).toBe(
			"Recording rec-1 cannot be downloaded yet: its status is 'Processing'",
		);
		expect(error.description).toMatch(
			/Download it later\. Search Recordings can leave such recordings out, or wait for them\.$/,
		);
	});

	it('where media are of another kind, in the error output, too', async () => {
		world.simulator.cxone.recordings.add({
			recordingId: 'rec-1',
			media: { combined: { file: 'consult.mp3' } },
		});
		world.simulator.faults.add({
			server: 'cxone',
			path: '/api/v2/recording/rec-1/download',
			effect: {
				kind: 'status',
				status: 200,
				body: {
					url: world.simulator.media.signedUrl(
						world.simulator.cxone.recordings.need('rec-1').objectKeys.combined!,
					),
					contentType: 'audio/wav',
				},
			},
		});
		const { failed } = await runNode({
			nodeType: new DownloadMedia(),
			onError: 'continueErrorOutput',
			credentials: credentialsFor(world.simulator).cxone,
			parameters: {
				platform: 'cxone',
				source: 'id',
				identifier: 'recordingId',
				recordingId: 'rec-1',
			},
		});
		expect(jsonOf(failed)).toEqual([
			{
				error: 'Recording rec-1 (combined) was announced as WAV and is MP3',
				details:
					"The file was not stored. If it should be kept all the same, set 'If Media Kind Differs' under 'Options' to 'Keep'.",
			},
		]);
	});
});
