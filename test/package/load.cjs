// Loads every node and credential of the installed package the way n8n does, and tells what it found as JSON.
// Runs through `node -e` in a folder that has nothing but the package and n8n-workflow.
const path = require('node:path');

const name = 'n8n-nodes-call-recordings';
const manifest = require(`${name}/package.json`);

function load(file) {
	const [className] = path.basename(file).split('.');
	const Class = require(`${name}/${file}`)[className];
	return new Class();
}

function resolves(request) {
	try {
		require.resolve(request);
		return true;
	} catch {
		return false;
	}
}

process.stdout.write(
	JSON.stringify({
		nodes: manifest.n8n.nodes.map((file) => ({ file, description: load(file).description })),
		credentials: manifest.n8n.credentials.map((file) => ({ file, type: load(file) })),
		reachable: Object.keys(manifest.devDependencies).filter(resolves),
	}),
);
