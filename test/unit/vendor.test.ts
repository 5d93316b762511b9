import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

it('changes nothing for the other users of the process', () => {
	// A process of its own: in this one undici has been loaded long since.
	const script = `
		require('${join(__dirname, '../../core/vendor.ts').replaceAll('\\', '/')}');
		console.log(typeof globalThis[Symbol.for('undici.globalDispatcher.1')]);
	`;
	const printed = execFileSync(process.execPath, ['--import', 'tsx', '-e', script], {
		encoding: 'utf8',
		cwd: join(__dirname, '../..'),
		env: { ...process.env, TSX_DISABLE_CACHE: '1' },
	});
	expect(printed.trim()).toBe('undefined');
});
