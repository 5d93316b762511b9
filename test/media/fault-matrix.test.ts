import { BLOCK, ROWS, SIZE, type Behaviour, type Row } from './faults';
import { MemoryStore, sha256, World } from './world';
import { BlockPool } from '../../core/media/blocks';
import { download, type Delivered } from '../../core/media/download';
import type { MediaFile } from '../../core/media/file';
import { MediaError } from '../../core/media/errors';
import type { RecordedRequest, StoredObject } from '../../simulator';
import { VirtualClock } from '../virtual-clock';

const clock = new VirtualClock();

const source = (seed: string) => ({ synthetic: { sizeBytes: SIZE, seed, format: 'mp4' } }) as const;

interface Scene {
	mediaFile: MediaFile;
	server: 'media' | 'genesys';
	/** Hash of the bytes that are there now. */
	expected: () => string;
	replace: () => void;
	remove: () => void;
}

function sceneFor(world: World, behaviour: Behaviour): Scene {
	const { media, genesys } = world.simulator;
	if (behaviour === 'gir') {
		const { mediaFile, recordingId } = world.gir(source('first'));
		const file = () => genesys.recordings.need(recordingId).media[0];
		const other = media.addObject('other.mp4', source('second'));
		return {
			mediaFile,
			server: 'genesys',
			expected: () => sha256(Buffer.concat([...file().content.slices(0, SIZE)])),
			replace: () => Object.assign(file(), { content: other.content }),
			remove: () => genesys.recordings.remove(recordingId),
		};
	}
	const isNew = behaviour === 'justModified';
	const { mediaFile, objectKey } = world.signed(
		source('first'),
		'mp4',
		behaviour !== 'noSize',
		isNew ? 0 : undefined,
	);
	if (behaviour === 'lastModifiedOnly' || isNew) media.validators = 'lastModified';
	if (behaviour === 'noValidators') media.validators = 'none';
	return {
		mediaFile,
		server: 'media',
		expected: () => media.source(objectKey).sha256,
		replace: (): StoredObject =>
			media.replaceObject(objectKey, source('second'), isNew ? 'sameSecond' : 'later'),
		remove: () => media.removeObject(objectKey),
	};
}

function arrange(world: World, row: Row, scene: Scene, behaviour: Behaviour): void {
	const { faults, requests } = world.simulator;
	for (const { times, ...effect } of row.effects ?? [])
		faults.add({ server: scene.server, effect, times });
	// What strikes nothing else is answered like this.
	if (behaviour === 'rangesIgnored')
		faults.add({ server: 'media', effect: { kind: 'ignoreRange' }, times: 99 });
	const { meanwhile } = row;
	if (meanwhile === undefined) return;
	const act = meanwhile.what === 'removed' ? scene.remove : scene.replace;
	if (meanwhile.after === 0) {
		act();
		return;
	}
	const { push } = requests;
	// The change happens as the next request arrives, before it is answered.
	requests.push = (...added) => {
		const earlier = requests.filter(({ server }) => server === scene.server).length;
		if (earlier === meanwhile.after) act();
		return push.apply(requests, added);
	};
}

interface Outcome {
	outcome: string;
	text: string;
	mediaFile: MediaFile;
	file?: Delivered<number>;
	stored: Buffer[];
	expected: string;
	requests: RecordedRequest[];
	links: number;
}

/** Runs one row in a world of its own. */
async function run(row: Row, behaviour: Behaviour): Promise<Outcome> {
	const world = await World.start(clock);
	try {
		const scene = sceneFor(world, behaviour);
		arrange(world, row, scene, behaviour);
		const memory = new MemoryStore();
		const options = {
			minimumBytes: 1024,
			acceptOtherKind: false,
			hashes: row.hashes,
			pool: new BlockPool(BLOCK),
		};
		let end: Pick<Outcome, 'outcome' | 'text' | 'file'>;
		try {
			const file = await download(scene.mediaFile, world.transport, memory.store, options);
			end = { outcome: 'delivered', text: '', file };
		} catch (error) {
			if (!(error instanceof MediaError)) throw error;
			end = { outcome: error.reason, text: `${error.message} ${error.description}` };
		}
		return {
			...end,
			mediaFile: scene.mediaFile,
			stored: memory.kept.map(({ bytes }) => bytes),
			expected: end.outcome === 'delivered' ? scene.expected() : '',
			requests: world.simulator.requests.filter(({ server }) => server === scene.server),
			links: world.links,
		};
	} finally {
		await world.stop();
	}
}

const cases = ROWS.flatMap((row) =>
	row.behaviours.map((behaviour) => ({ row, behaviour, name: `${row.fault}; ${behaviour}` })),
);
const standsStill = ({ row }: { row: Row }) =>
	row.effects?.some(({ kind }) => kind === 'stall') === true;

beforeAll(() => {
	clock.install();
});
afterAll(() => clock.uninstall());

it.each(cases.filter((one) => !standsStill(one)))('$name', async ({ row, behaviour }) => {
	check(row, behaviour, await run(row, behaviour));
});

describe('a body that stands still', () => {
	const still = cases.filter(standsStill);
	// It costs a second of real time each, so all of these stand still together.
	const outcomes = new Map<string, Promise<Outcome>>();

	beforeAll(() => {
		for (const { row, behaviour, name } of still) outcomes.set(name, run(row, behaviour));
	});
	afterAll(async () => await Promise.allSettled(outcomes.values()));

	it.each(still)('$name', async ({ row, behaviour, name }) => {
		check(row, behaviour, await outcomes.get(name)!);
	});
});

function check(row: Row, behaviour: Behaviour, end: Outcome): void {
	const { outcome, text, mediaFile, file, stored, expected, requests, links } = end;
	expect({ outcome, stored: stored.length }).toEqual({
		outcome: row.expect,
		stored: row.expect === 'delivered' ? 1 : 0,
	});
	if (outcome === 'delivered') {
		expect(sha256(stored[0])).toBe(expected);
		expect(file).toMatchObject({
			sizeBytes: SIZE,
			kind: 'MP4',
			sha256: row.hashes === false ? null : expected,
		});
	} else {
		expect(text).not.toMatch(/Signature=|error|problem|failure|mistake/i);
		expect(text).toContain(mediaFile.recordingId);
	}
	if (row.requests !== undefined) expect(requests).toHaveLength(row.requests);
	if (row.links !== undefined) expect(links).toBe(row.links);
	if (behaviour === 'gir')
		expect(requests.filter(({ headers }) => headers.range !== undefined)).toEqual([]);
}
