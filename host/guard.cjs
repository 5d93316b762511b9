/**
 * Preloaded into every n8n this folder starts. A process that is killed outright cannot take its children
 * along; so n8n watches for its parent's disappearance itself and then shuts down, instead of living on with
 * its ports and its folder.
 */
const parent = process.ppid;

const watch = setInterval(() => {
	if (process.ppid === parent) return;
	clearInterval(watch);
	setTimeout(() => process.kill(process.pid, 'SIGKILL'), 10_000).unref();
	process.kill(process.pid, 'SIGTERM');
}, 1_000);
watch.unref();
