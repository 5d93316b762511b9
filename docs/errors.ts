import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';

import ts from 'typescript';

import { nextSteps as downloadSteps } from '../nodes/DownloadMedia/next-steps';
import { nextSteps as controlSteps } from '../nodes/RecordControl/next-steps';
import { WAIT_LONGER } from '../nodes/common/playback-fields';

const PROJECT = resolve(__dirname, '..');
export const ERRORS_PAGE = join(__dirname, 'errors.md');

/** What stands for a value that is known only when it happens. */
const UNKNOWN = '…';

const NO_ANSWER = 'No answer';

/** Parts of the page, and the files whose errors belong in them; the first that fits counts. */
const SECTIONS: Array<[title: string, files: RegExp]> = [
	[
		'Signing in and addresses',
		/^core\/(cxone\/(session|sign-in|hosts)|genesys\/connection|http\/base-url)\.ts$/,
	],
	['NICE CXone', /^core\/cxone\//],
	['Genesys Interaction Recording (GIR)', /^core\/genesys\//],
	['Files', /^core\/(media|evidence)\//],
	[NO_ANSWER, /^core\/http\/network-failure\.ts$/],
	['Answers of any service', /^core\//],
	['What is filled in', /^nodes\//],
];

/** What the nodes add in the words of their own panels, by the reason an error carries. */
const STEPS: Array<Readonly<Record<string, string>>> = [
	controlSteps,
	{ ...downloadSteps, ...WAIT_LONGER },
];

interface Row {
	message: string;
	remedy: string;
}

function sourcesIn(folder: string): string[] {
	return readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.ts'))
		.map((name) => join(folder, name).split(sep).join('/'))
		.sort();
}

/** Reads the errors out of source text: every place that makes one with words for people. */
class Reader {
	/** What the constants of all files hold, by name, for texts that are written down once. */
	private readonly constants = new Map<string, ts.Expression>();
	private readonly files: ts.SourceFile[];

	constructor(paths: string[]) {
		this.files = paths.map((path) =>
			ts.createSourceFile(
				path,
				readFileSync(join(PROJECT, path), 'utf8'),
				ts.ScriptTarget.Latest,
				true,
			),
		);
		for (const file of this.files) {
			for (const { name, initializer } of file.statements.flatMap(declared)) {
				if (initializer !== undefined) this.constants.set(name.getText(), bare(initializer));
			}
		}
	}

	/** The errors of each file, in the order in which they stand there. */
	rows(): Array<[path: string, rows: Row[]]> {
		return this.files.map((file) => {
			const rows: Row[] = [];
			this.walk(file, (node) => {
				const row =
					this.thrown(node) ?? this.advice(node) ?? this.permission(node) ?? this.pair(node);
				if (row !== undefined) rows.push(row);
			});
			return [file.fileName, rows];
		});
	}

	private walk(node: ts.Node, visit: (node: ts.Node) => void): void {
		visit(node);
		node.forEachChild((child) => this.walk(child, visit));
	}

	/** `new UserError(message, { description })`, and the kinds with another order of the same. */
	private thrown(node: ts.Node): Row | undefined {
		if (!ts.isNewExpression(node) && !ts.isCallExpression(node)) return undefined;
		const maker = node.expression.getText();
		const isReasoned = maker === 'MediaError' || maker === 'reasonedError';
		if (!isReasoned && !(ts.isNewExpression(node) && /Error$/.test(maker))) return undefined;
		const args = node.arguments ?? ts.factory.createNodeArray<ts.Expression>();
		if (isReasoned) {
			const [reason, message, description] = args;
			return this.row(message, description, reason);
		}
		const options = args.find((arg) => ts.isObjectLiteralExpression(arg));
		const message = args[args.indexOf(options as ts.Expression) - 1];
		return this.row(message, property(options, 'description'));
	}

	/** `{ message, description }`, and of what happens on the way `{ what, next }`. */
	private advice(node: ts.Node): Row | undefined {
		const message = property(node, 'message') ?? property(node, 'what');
		const remedy = property(node, 'description') ?? property(node, 'next');
		return this.row(message, remedy, property(node, 'reason'));
	}

	/** What an account may not do without a permission, in the words of `mayNot`. */
	private permission(node: ts.Node): Row | undefined {
		const [to, names] = [property(node, 'to'), property(node, 'names')];
		if (to === undefined || names === undefined || !ts.isArrayLiteralExpression(names))
			return undefined;
		const list = names.elements.map((name) => this.text(name)).join("' or '");
		const needs = list === '' ? 'It needs' : `Its role needs the permission '${list}'`;
		const besides = property(node, 'besides');
		return {
			message: `The signed-in CXone account may not ${this.text(to)}`,
			remedy: `${needs}${besides === undefined ? '' : this.text(besides)}.`,
		};
	}

	/** `refusal(message, description)`, and the same two in a list: `[message, description]`, `[message, { description }]`. */
	private pair(node: ts.Node): Row | undefined {
		const two = ts.isArrayLiteralExpression(node)
			? node.elements
			: ts.isCallExpression(node) && /\brefus\w*$/.test(node.expression.getText())
				? node.arguments
				: undefined;
		// The names of two permissions are no error.
		if (two?.length !== 2 || property(node.parent?.parent, 'names') === node) return undefined;
		const [message, remedy] = [two[0], property(two[1], 'description') ?? two[1]];
		const words = (part: ts.Expression | undefined, least: RegExp) =>
			part !== undefined && least.test(this.text(part));
		const reads = words(message, /\p{L}+ \p{L}+/u) && words(remedy, /\p{L}+ \p{L}+ \p{L}+/u);
		return reads ? this.row(message, remedy) : undefined;
	}

	private row(
		message: ts.Expression | undefined,
		remedy: ts.Expression | undefined,
		reason?: ts.Expression,
	): Row | undefined {
		if (message === undefined || remedy === undefined) return undefined;
		const read = { message: this.text(message), remedy: this.text(remedy) };
		if (!/\p{L}{3}/u.test(read.message)) return undefined;
		const key = reason !== undefined && ts.isStringLiteral(reason) ? reason.text : '';
		for (const steps of STEPS) {
			const step = Object.hasOwn(steps, key) ? String(steps[key]) : '';
			if (!read.remedy.includes(step)) read.remedy += ` ${step}`;
		}
		const [said, next] = [tidy(read.message), tidy(read.remedy)];
		return { message: said, remedy: next === UNKNOWN ? 'As the cause says.' : next };
	}

	private text(written: ts.Expression): string {
		const node = bare(written);
		if (ts.isStringLiteralLike(node)) return node.text;
		if (ts.isTemplateExpression(node)) {
			const spans = node.templateSpans.map(
				({ expression, literal }) => this.text(expression) + literal.text,
			);
			return node.head.text + spans.join('');
		}
		if (ts.isBinaryExpression(node)) return this.text(node.left) + this.text(node.right);
		if (ts.isConditionalExpression(node)) return this.either(node);
		if (ts.isCallExpression(node)) {
			const called = node.expression.getText();
			if (called === 'describe') return 'recording … (…)';
			if (called === 'capital') return 'Recording … (…)';
			return UNKNOWN;
		}
		if (ts.isIdentifier(node)) {
			const constant = initializerOf(node) ?? this.constants.get(node.text);
			return constant === undefined ? UNKNOWN : this.text(constant);
		}
		if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
			// What to do about a failure on the way has a part of its own.
			if (node.name.text === 'next') return `see *${NO_ANSWER}*`;
			const owner = this.constants.get(node.expression.text);
			const value = property(owner, node.name.text);
			return value === undefined ? UNKNOWN : this.text(value);
		}
		return UNKNOWN;
	}

	/** Of two texts the one there is; of what may be said besides, nothing. */
	private either({ whenTrue, whenFalse }: ts.ConditionalExpression): string {
		const [one, other] = [this.text(whenTrue), this.text(whenFalse)];
		if (one === '' || other === '') return '';
		return [one, other].every((text) => text === UNKNOWN) ? UNKNOWN : `${one} / ${other}`;
	}
}

/** An expression without what only the compiler sees of it. */
function bare(node: ts.Expression): ts.Expression {
	return ts.isAsExpression(node) ||
		ts.isSatisfiesExpression(node) ||
		ts.isParenthesizedExpression(node)
		? bare(node.expression)
		: node;
}

/** The variables that a statement declares. */
function declared(node: ts.Node): readonly ts.VariableDeclaration[] {
	return ts.isVariableStatement(node) ? node.declarationList.declarations : [];
}

/** What a variable was given, in the blocks around the place where it is used. */
function initializerOf(used: ts.Identifier): ts.Expression | undefined {
	for (let at: ts.Node = used; at !== undefined; at = at.parent) {
		if (!ts.isBlock(at)) continue;
		const found = at.statements.flatMap(declared).find(({ name }) => name.getText() === used.text);
		if (found !== undefined) return found.initializer;
	}
	return undefined;
}

function property(node: ts.Node | undefined, name: string): ts.Expression | undefined {
	if (node === undefined || !ts.isObjectLiteralExpression(node)) return undefined;
	for (const member of node.properties) {
		if (member.name?.getText() !== name) continue;
		if (ts.isPropertyAssignment(member)) return member.initializer;
		if (ts.isShorthandPropertyAssignment(member)) return member.name;
	}
	return undefined;
}

function tidy(text: string): string {
	return text
		.replace(/\s+/g, ' ')
		.replace(/(… ?)+…/g, UNKNOWN)
		.replaceAll('|', '\\|')
		.replaceAll('<', '&lt;')
		.trim();
}

/** The page: each error with what to do, read out of the source of the nodes. */
export function errorsPage(): string {
	const read = new Reader([...sourcesIn('core'), ...sourcesIn('nodes')]).rows();
	const parts = SECTIONS.map(([title]) => ({ title, rows: new Map<string, Row>() }));
	for (const [path, rows] of read) {
		const index = SECTIONS.findIndex(([, files]) => files.test(path));
		for (const row of rows) parts[index]?.rows.set(row.message + row.remedy, row);
	}
	const tables = parts
		.filter(({ rows }) => rows.size > 0)
		.map(({ title, rows }) => {
			const lines = [...rows.values()].map(({ message, remedy }) => `| ${message} | ${remedy} |`);
			return [`## ${title}`, '', '| You read | What to do |', '| --- | --- |', ...lines].join('\n');
		});
	return `${HEAD}\n\n${tables.join('\n\n')}\n`;
}

const HEAD = `# Errors

Every error that the nodes put into words, with what to do next, as the node shows both. An ellipsis (…) stands for what is known only when
it happens: a name, an ID, a number. Where a service said something itself, the node quotes it behind the remedy, without secrets.

In the panel, the first sentence is the error's title and the second stands below it. With **On Error → Continue (using error output)** in a
node's settings, an item that does not work goes to the error output with \`error\` (what happened) and \`details\` (what to do), and the others
go on. What n8n says itself: *Unrecognized node type* comes from a worker without the pack ([queue mode](queue-mode.md)).

![An error in the panel of its node](images/error.png)

This page is made from the source: \`npm run docs:errors\`.`;

if (require.main === module) {
	writeFileSync(ERRORS_PAGE, errorsPage());
	console.log(relative(process.cwd(), ERRORS_PAGE));
}
