const { mkdtempSync, readdirSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');

const { TestEnvironment } = require('jest-environment-node');

const USER_FOLDER = 'n8n-user';

/**
 * Gives each test file a temporary folder of its own, with n8n's user folder in it, and removes both when the file is
 * done. Whatever the file put beside the user folder and did not remove fails it: the machine's temporary folder is
 * nobody's to fill.
 */
module.exports = class extends TestEnvironment {
	constructor(config, context) {
		const inherited = process.env.TMPDIR;
		const folder = mkdtempSync(path.join(tmpdir(), 'call-recordings-test-'));
		// `os.tmpdir()` reads the process's own variables, of which the test file gets a copy here.
		process.env.TMPDIR = folder;
		super(config, context);
		this.testPath = context.testPath;
		this.folder = folder;
		this.inherited = inherited;
		const { env } = this.global.process;
		// Loading n8n-core writes a configuration file into the user's folder.
		env.N8N_USER_FOLDER = path.join(folder, USER_FOLDER);
		// What n8n logs of nodes that are meant to fail would hide what matters in the output of a test run.
		env.N8N_LOG_LEVEL ??= 'silent';
	}

	async teardown() {
		await super.teardown();
		if (this.inherited === undefined) delete process.env.TMPDIR;
		else process.env.TMPDIR = this.inherited;
		const left = readdirSync(this.folder).filter((name) => name !== USER_FOLDER);
		rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
		if (left.length > 0)
			throw new Error(`${this.testPath} leaves in the temporary folder: ${left.join(', ')}`);
	}
};
