import { startSimulator } from './index';

const PORTS = { cxone: 4710, media: 4711, genesys: 4712 };

async function main(): Promise<void> {
	const simulator = await startSimulator({ ports: PORTS });
	const { cxone, media, genesys } = simulator;
	const lines = [
		'Simulator of a NICE CXone tenant, its media store and a Genesys Interaction Recording (GIR) server. Ctrl-C stops it.',
		'',
		`CXone    ${cxone.url}   (sign-in and API)`,
		`         tenant ID          ${cxone.tenantId}`,
		`         access key ID      ${cxone.credentials.accessKeyId}`,
		`         access key secret  ${cxone.credentials.accessKeySecret}`,
		`         client ID          ${cxone.credentials.clientId}`,
		`         client secret      ${cxone.credentials.clientSecret}`,
		`         token URL (OAuth2) ${cxone.url}/api/v2/oauth/token`,
		`Media    ${media.url}   (signed links only)`,
		`Genesys  ${genesys.url}/api/v2`,
		...genesys.users.map(
			(user) => `         ${user.role.padEnd(18)} ${user.username} / ${user.password}`,
		),
		'',
		`Recordings: ${cxone.recordings.list().length} on CXone, ${genesys.recordings.list().length} on Genesys. ` +
			`Contacts for Media Playback: ${cxone.contacts
				.list()
				.map((contact) => contact.acdCallId)
				.join(', ')}`,
	];
	process.stdout.write(`${lines.join('\n')}\n`);
	for (const signal of ['SIGINT', 'SIGTERM'] as const) {
		process.once(signal, () => {
			void simulator.stop();
		});
	}
}

main().catch((error: unknown) => {
	process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
	process.exitCode = 1;
});
