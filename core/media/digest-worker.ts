import { parentPort, workerData } from 'node:worker_threads';

import { Digests } from './digests';
import type { HashingAnswer, HashingMemory, HashingRequest } from './hashing-thread';

/** The thread that hashes: started by `HashingThread`, with which it shares a memory of a few blocks. */
function listen(): void {
	const { memory, slotBytes } = workerData as HashingMemory;
	const files = new Map<number, Digests>();
	const answer = (message: HashingAnswer) => parentPort!.postMessage(message);

	parentPort!.on('message', (request: HashingRequest) => {
		const file = files.get(request.file) ?? new Digests();
		files.set(request.file, file);
		switch (request.kind) {
			case 'update':
				file.update(new Uint8Array(memory, request.slot * slotBytes, request.bytes));
				answer({ kind: 'free', slot: request.slot });
				break;
			case 'soFar':
				answer({ kind: 'result', question: request.question, value: file.soFar() });
				break;
			case 'finish':
				files.delete(request.file);
				answer({ kind: 'result', question: request.question, value: file.finish() });
				break;
			case 'drop':
				files.delete(request.file);
				break;
		}
	});
}

listen();
