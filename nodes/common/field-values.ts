import { NodeOperationError } from 'n8n-workflow';
import type {
	IDataObject,
	IExecuteFunctions,
	IExecuteSingleFunctions,
	ILoadOptionsFunctions,
	INode,
	INodeProperties,
	IPollFunctions,
} from 'n8n-workflow';

import { decodedPart } from '../../core/http/send';
import { readTime } from '../../core/times';

/** Text of a value, trimmed; undefined where it is empty. Numbers from expressions count as text. */
export function optionalText(value: unknown): string | undefined {
	if (value === undefined || value === null) return undefined;
	const text = String(value).trim();
	return text === '' ? undefined : text;
}

/** As `optionalText`, and undefined also for what an expression that found nothing leaves in a text. */
export function givenText(value: unknown): string | undefined {
	const text = optionalText(value);
	return text === 'undefined' || text === 'null' ? undefined : text;
}

/** The parts of a comma-separated list, without empty ones. */
export function listed(value: unknown): string[] {
	return (optionalText(value) ?? '')
		.split(',')
		.map((part) => part.trim())
		.filter((part) => part !== '');
}

/** IDs that a field takes by themselves or as a link: its display name, and what stands before the ID in links of the platforms' APIs and the CXone Player. */
const LINKED_IDS = {
	recordingId: { field: 'Recording ID', before: 'recordings?' },
	segmentId: { field: 'Segment ID', before: 'segments' },
	acdCallId: { field: 'ACD Call ID', before: 'acd-contacts' },
} as const;
export type LinkedId = keyof typeof LINKED_IDS;

const linkWith = (before: string): string => `^https?://.*/(?:${before})/([^/?#]+)(?:[/?#].*)?$`;

/** A link with an ID in it that leads to a recording. */
export const RECORDING_LINK = linkWith(
	Object.values(LINKED_IDS)
		.map(({ before }) => before)
		.join('|'),
);

/** What a builder chose from a list, or entered as ID or link, without the rest of n8n's resource locator. */
function located(value: unknown): unknown {
	return typeof value === 'object' && value !== null && '__rl' in value && 'value' in value
		? value.value
		: value;
}

type NumberField = Pick<INodeProperties, 'name' | 'displayName' | 'default' | 'typeOptions'>;
/** What a number has to be beside within the bounds of its field. */
type NumberRule = { whole?: boolean };

/**
 * What a builder filled in: the fields of a node for one input item, or of a trigger, which has none. Whatever is refused
 * names the field by its display name, and the item.
 */
export class FieldValues {
	private constructor(
		readonly node: INode,
		private readonly timezone: string,
		private readonly read: (name: string, fallback?: unknown) => unknown,
		/** From 0; undefined in a trigger. */
		readonly item?: number,
	) {}

	/** The fields of a programmatic node, for one input item. */
	static ofItem(context: IExecuteFunctions, item: number): FieldValues {
		return new FieldValues(
			context.getNode(),
			context.getTimezone(),
			(name, fallback) => context.getNodeParameter(name, item, fallback),
			item,
		);
	}

	/** The fields of a declarative node, for the item it is at. */
	static ofRouted(context: IExecuteSingleFunctions): FieldValues {
		const read = (name: string, fallback?: unknown) =>
			context.getNodeParameter(name, fallback as object);
		return new FieldValues(context.getNode(), context.getTimezone(), read, context.getItemIndex());
	}

	static ofTrigger(context: IPollFunctions): FieldValues {
		const read = (name: string, fallback?: unknown) =>
			context.getNodeParameter(name, fallback as object);
		return new FieldValues(context.getNode(), context.getTimezone(), read);
	}

	/** The fields of a node that is open in the editor. */
	static ofPanel(context: ILoadOptionsFunctions): FieldValues {
		const read = (name: string, fallback?: unknown) =>
			context.getCurrentNodeParameter(name) ?? fallback;
		return new FieldValues(context.getNode(), context.getTimezone(), read);
	}

	/** The value of a field as it is; `fallback` where the node has no such field. */
	value(name: string, fallback?: unknown): unknown {
		return located(this.read(name, fallback));
	}

	/** The entries of a collection, such as 'Options'. */
	collection(name: string): IDataObject {
		return this.read(name, {}) as IDataObject;
	}

	/** The choice a field of options offers. */
	choice<T extends string>(name: string, fallback?: T): T {
		return this.read(name, fallback) as T;
	}

	/**
	 * @param field display name
	 * @param fallback where the node shows no such field
	 */
	requiredText(name: string, field: string, fallback = ''): string {
		const value = givenText(this.value(name, fallback));
		if (value === undefined) {
			throw this.refusal(
				`'${field}' is empty`,
				`Nothing was sent. Enter it, or check the expression: ${this.here} it gives no value.`,
			);
		}
		if (value.startsWith('[object ')) {
			throw this.refusal(
				`'${field}' is an object`,
				`Nothing was sent. Let the expression lead to one of the fields that it has ${this.here}.`,
			);
		}
		return value;
	}

	/** The ID that a field asks for; where a link was entered in its place, the ID in the link, which may be one of the other kinds. */
	linkedIds(name: LinkedId): Record<string, string> {
		const { field } = LINKED_IDS[name];
		const text = this.requiredText(name, field);
		if (!/^https?:/i.test(text)) return { [name]: text };
		for (const kind of [name, ...(Object.keys(LINKED_IDS) as LinkedId[])]) {
			const id = new RegExp(linkWith(LINKED_IDS[kind].before), 'i').exec(text)?.[1];
			if (id !== undefined) return { [kind]: decodedPart(id) };
		}
		throw this.refusal(
			`'${field}' is a link that holds none`,
			'The ID of a recording stands behind /recordings/ in a link, in links of the CXone Player that of a segment behind /segments/ or that of a call behind /acd-contacts/. Enter the ID by itself.',
		);
	}

	/** As `linkedIds`, where no other ID will do. */
	linkedId(name: LinkedId): string {
		const ids = this.linkedIds(name);
		if (name in ids) return ids[name];
		const [[kind, id]] = Object.entries(ids);
		throw this.refusal(
			`'${LINKED_IDS[name].field}' is a link with another ID: ${kind} ${id}`,
			"Nothing was sent. Enter the ID that is asked for. Download Media takes such links of the CXone Player, with 'Recording' set to 'By ID'.",
		);
	}

	/**
	 * Refuses a condition that is there and says nothing: leaving it out would widen a search to other people's recordings.
	 *
	 * @param value of a field or of an entry in a collection
	 */
	assertGiven(value: unknown, field: string): void {
		if (givenText(value) !== undefined) return;
		throw this.refusal(
			`'${field}' is empty`,
			`Nothing was sent: without it the search would find more than was meant. Enter a value or remove the filter. If it is an expression, it gives no value ${this.here}.`,
		);
	}

	/** The number that a field of the panel holds. */
	number(field: NumberField, rule: NumberRule = {}): number {
		return this.bounded(field, this.value(field.name, field.default), rule);
	}

	/** The number that an entry of 'Options' holds; the default of the field where it is not added. */
	entry(field: NumberField, rule: NumberRule = {}): number {
		return this.bounded(field, this.collection('options')[field.name] ?? field.default, rule);
	}

	/** A value as a number within the bounds that its field declares, also when an expression gives it. */
	bounded(field: NumberField, value: unknown, { whole = false }: NumberRule = {}): number {
		const {
			displayName,
			typeOptions: { minValue: min = -Infinity, maxValue: max = Infinity } = {},
		} = field;
		const number = typeof value === 'string' && value.trim() === '' ? NaN : Number(value);
		if (
			Number.isFinite(number) &&
			number >= min &&
			number <= max &&
			(!whole || Number.isInteger(number))
		)
			return number;
		const range = max === Infinity ? `of at least ${min}` : `from ${min} to ${max}`;
		throw this.refusal(
			`'${displayName}' must be a ${whole ? 'whole ' : ''}number ${range}`,
			`Enter such a number: ${this.here} it is ${(givenText(value) ?? 'empty').slice(0, 60)}`,
		);
	}

	/**
	 * Epoch milliseconds of a date, read in the workflow's time zone; undefined where it is empty.
	 *
	 * @throws UserError when it is no date
	 */
	time(value: unknown, field: string): number | undefined {
		return readTime(value, field, this.timezone);
	}

	/** Whether a builder put an expression into a field. */
	isExpression(name: string): boolean {
		const value = this.node.parameters[name];
		return typeof value === 'string' && value.startsWith('=');
	}

	/** An error about what was filled in. */
	refusal(message: string, description: string): NodeOperationError {
		return new NodeOperationError(this.node, message, { description, itemIndex: this.item });
	}

	private get here(): string {
		return this.item === undefined ? 'here' : 'for this item';
	}
}
