import { setTimeout as sleep } from 'node:timers/promises';

import { readExample } from '../../host/delivery';
import { describeFailure, outputOf, type ExecutionResult } from '../../host/execution';
import { bootWorld, type World } from './world';

const AGENT = '11ea5c3e-9d02-4f6b-8a21-0242ac110005';

let world: World;

beforeAll(async () => {
	world = await bootWorld();
	// Commands run while it is stopped as well; what waits for an answer needs a started one.
	await world.host.start();
});
afterAll(async () => {
	await world?.end();
});

async function run(example: string, workflow = readExample(example)): Promise<ExecutionResult> {
	const result = await world.host.execute(await world.host.importWorkflow(workflow));
	expect(describeFailure(result)).toBe('');
	return result;
}

/** Runs the erasure example until it waits, answers its form, and lets it end. */
async function erasure(
	decision: string,
	meanwhile = async (): Promise<void> => undefined,
): Promise<ExecutionResult> {
	const { host } = world;
	const execution = await host.startWorkflow(
		await host.importWorkflow(readExample('gdpr-erasure.json')),
	);
	const untilStatus = async (...wanted: string[]): Promise<ExecutionResult> => {
		for (const deadline = Date.now() + 120_000; Date.now() < deadline; await sleep(200)) {
			const now = await host.execution(execution);
			if (wanted.includes(now.status)) return now;
		}
		throw new Error(`Execution ${execution} did not become ${wanted.join(' or ')}`);
	};
	const waiting = await untilStatus('waiting', 'error');
	expect(describeFailure({ ...waiting, status: waiting.error ? 'error' : 'success' })).toBe('');
	await meanwhile();
	const form = new FormData();
	form.set('field-0', decision);
	form.set('field-1', 'A. Approver');
	const answer = await fetch(String(jsonOf(waiting, 'Ask for Approval')[0].link), {
		method: 'POST',
		body: form,
	});
	expect(answer.ok).toBe(true);
	const result = await untilStatus('success', 'error');
	expect(describeFailure(result)).toBe('');
	return result;
}

const jsonOf = (result: ExecutionResult, node: string, output = 0) =>
	outputOf(result, node, output).map(({ json }) => json);

describe('compliance flows in a real n8n', () => {
	it('pci-pause-mask-unmask.json masks the call and ends it', async () => {
		const result = await run('pci-pause-mask-unmask.json');
		expect(world.simulator.cxone.recordControl.callOf(AGENT)).toMatchObject({
			operations: ['mask', 'unmask'],
			masked: false,
			recording: true,
		});
		expect(jsonOf(result, 'Mask')).toMatchObject([{ outcome: 'confirmed' }]);
		expect(jsonOf(result, 'Log Entry')).toEqual([
			{
				paymentId: 'PAY-7781',
				contactId: '512340009882',
				recordingAgain: true,
				maskedAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
				unmaskedAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
			},
		]);
	});

	it('consent-declined-do-not-record.json bars the contact, once, and logs it', async () => {
		const result = await run('consent-declined-do-not-record.json');
		expect(world.simulator.cxone.recordControl.callOf(AGENT)).toMatchObject({
			doNotRecord: true,
			recording: false,
		});
		expect(
			world.simulator.requests.filter(({ path }) => path.endsWith('/do-not-record')),
		).toHaveLength(1);
		expect(jsonOf(result, 'Log Entry')).toMatchObject([
			{
				ticket: 'CONSENT-2041',
				outcome: 'confirmed',
				contactId: '512340009882',
				agentUserId: AGENT,
			},
		]);
		expect(outputOf(result, 'Tell a Supervisor')).toEqual([]);
		expect(outputOf(result, 'Go On with the Call')).toEqual([]);
	});

	it('consent-declined-do-not-record.json tells a supervisor when there is no such call', async () => {
		world.simulator.cxone.recordControl.calls.remove('512340009882');
		const result = await run('consent-declined-do-not-record.json');
		expect(jsonOf(result, 'Tell a Supervisor')).toMatchObject([
			{
				ticket: 'CONSENT-2041',
				what: 'The call may still be recorded: CXone found no live interaction for this user ID',
			},
		]);
		expect(outputOf(result, 'Log Entry')).toEqual([]);
	});

	it('gdpr-erasure.json waits, and once approved deletes what it may of calls from and to the number, and its log is true and holds no personal data', async () => {
		const { genesys, faults } = world.simulator;
		genesys.recordings.add({ id: 'UNCLEAR1', callerPhoneNumber: '+15550100001' });
		faults.add({
			server: 'genesys',
			method: 'DELETE',
			path: '/api/v2/recordings/UNCLEAR1',
			effect: { kind: 'reset', afterHandling: true },
		});
		genesys.recordings.add({
			id: 'PROTECTED1',
			callerPhoneNumber: '+15550100001',
			nonDelete: true,
		});
		genesys.recordings.add({ id: 'ERASEME2', callerPhoneNumber: '1-555-010-0001' });
		genesys.recordings.add({ id: 'CALLEDBACK', dialedPhoneNumber: '+15550100001' });
		genesys.recordings.add({
			id: 'TOTHEMSELVES',
			callerPhoneNumber: '+15550100001',
			dialedPhoneNumber: '+15550100001',
		});
		const before = genesys.recordings.list().length;
		const result = await erasure('Delete the recordings', async () => {
			expect(genesys.recordings.list()).toHaveLength(before);
		});
		expect(
			jsonOf(result, 'What Would Go')
				.map(({ outcome }) => outcome)
				.sort(),
		).toEqual(['isProtected', ...Array(5).fill('wouldBeDeleted')]);
		expect(genesys.recordings.list()).toHaveLength(before - 5);
		expect(genesys.recordings.get('PROTECTED1')).toBeDefined();
		const log = jsonOf(result, 'Audit Log');
		expect(log).toHaveLength(6);
		expect(
			log
				.filter(({ result: how }) => how === 'deleted')
				.map(({ requestId, approvedBy, user }) => [requestId, approvedBy, user]),
		).toEqual(Array(4).fill(['DSR-2026-0117', 'A. Approver', 'admin']));
		expect(log).toContainEqual(
			expect.objectContaining({
				recordingId: 'PROTECTED1',
				result: 'isProtected: Recording PROTECTED1 is protected from deletion',
				user: 'admin',
			}),
		);
		expect(log).toContainEqual(
			expect.objectContaining({
				recordingId: 'UNCLEAR1',
				result: 'unknown: It is not known whether GIR has deleted recording UNCLEAR1',
				user: 'admin',
			}),
		);
		expect(JSON.stringify(log)).not.toMatch(/5550100001|010 0001|Agent1/);
		const [file] = outputOf(result, 'Audit Log as CSV');
		const csv = (await world.host.readBinary(file.binary!.data)).toString('utf8');
		expect(csv.trim().split('\n')).toHaveLength(7);
	});

	it('gdpr-erasure.json deletes nothing, and says so, where that is the decision', async () => {
		world.simulator.genesys.recordings.add({ id: 'KEEPME', callerPhoneNumber: '+15550100001' });
		const before = world.simulator.genesys.recordings.list().length;
		const asked = world.simulator.requests.length;
		const result = await erasure('Delete nothing');
		expect(world.simulator.genesys.recordings.list()).toHaveLength(before);
		expect(
			world.simulator.requests.slice(asked).filter(({ method }) => method === 'DELETE'),
		).toEqual([]);
		const [file] = outputOf(result, 'Audit Log as CSV');
		const csv = (await world.host.readBinary(file.binary!.data)).toString('utf8');
		expect(csv).toMatch(/DSR-2026-0117.*notApproved: nothing was deleted.*A\. Approver/);
	});

	it('contact-to-crm-note.json writes a note for people', async () => {
		const result = await run('contact-to-crm-note.json');
		const [note] = jsonOf(result, 'Create the Note in Your CRM');
		expect(note).toMatchObject({
			subject: 'Phone call 512340009871',
			orderNumber: 'A-1009',
			externalId: '7a3f9e20-0000-4000-8000-000000000001',
		});
		expect(note.text).toMatch(
			/^Call of .* with \+1555\d+\nAgent: Kim Osei; 5 min, inbound\nTopics: Billing > Refund\nMood: mixed\nTags: VIP/,
		);
		expect(JSON.stringify(note)).not.toMatch(/https?:/);
	});
});
