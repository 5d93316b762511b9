import { setTimeout as sleep } from 'node:timers/promises';

import { credentialsFor } from './credentials';
import { runNode } from './engine';
import { DownloadMedia } from '../../nodes/DownloadMedia/DownloadMedia.node';
import { startSimulator } from '../../simulator';
import { VirtualClock } from '../virtual-clock';

const RECORDINGS = 1_000;
/** Media Playback's limit ("Media Playback APIs"): requests in a window of this many milliseconds. */
const LIMIT = 150;
const WINDOW_MS = 300_000;

it('drains a month of recordings as fast as the limit allows, with one API call each and never a refusal', async () => {
	const clock = new VirtualClock();
	const simulator = await startSimulator({
		seed: 'empty',
		now: clock.now,
		mediaPlaybackPer5Minutes: LIMIT,
		tokenLifetimeSeconds: 36_000,
	});
	// No time may pass while a request travels, which it does in no time.
	clock.meanwhile = async () => {
		for (let seen = -1, still = 0; still < 8; await sleep(10)) {
			const { length } = simulator.requests;
			still = length === seen && simulator.requests.at(-1)?.outcome !== 'pending' ? still + 1 : 0;
			seen = length;
		}
	};
	clock.install();
	try {
		const day = 24 * 3_600_000;
		const input = Array.from({ length: RECORDINGS }, (_, index) => {
			const acdCallId = String(600_000_000_000 + index);
			const startTime = clock.now() - 30 * day + index * 40 * 60_000;
			simulator.cxone.contacts.add({
				acdCallId,
				interactions: [
					{
						kind: 'call',
						startTime,
						endTime: startTime + 60_000,
						media: { voice: { synthetic: { sizeBytes: 3_000, seed: acdCallId, format: 'mp4' } } },
					},
				],
			});
			return { json: { acdCallId } };
		});
		const started = clock.now();
		const { items, error } = await runNode({
			nodeType: new DownloadMedia(),
			parameters: {
				platform: 'cxone',
				source: 'id',
				identifier: 'acdCallId',
				acdCallId: '={{ $json.acdCallId }}',
			},
			credentials: credentialsFor(simulator).cxone,
			input,
		});
		expect(error).toBeUndefined();
		expect(items).toHaveLength(RECORDINGS);
		const calls = simulator.requests.filter(
			({ server, path }) => server === 'cxone' && path.startsWith('/media-playback/'),
		);
		const refused = simulator.requests.filter(({ status }) => status !== 200);
		expect(
			refused.map(({ server, path, status, outcome }) => ({ server, path, status, outcome })),
		).toEqual([]);
		expect(calls.length).toBe(RECORDINGS);
		expect(simulator.requests.filter(({ server }) => server === 'media').length).toBe(RECORDINGS);
		const shortestMs = (Math.ceil(RECORDINGS / LIMIT) - 1) * WINDOW_MS;
		expect(clock.now() - started).toBeLessThanOrEqual(1.02 * shortestMs);
	} finally {
		clock.uninstall();
		await simulator.stop();
	}
}, 120_000);
