import { createHash } from 'node:crypto';

import type { IPollFunctions } from 'n8n-workflow';

import { OPTIONS } from './fields';
import { FROM_NOW_ON } from '../../core/trigger/baseline';
import type { PollSettings } from '../../core/trigger/environment';
import { iso } from '../../core/times';
import type { Watch } from '../../core/trigger/state';
import type { FieldValues } from '../common/field-values';
import { retainedFrom } from '../common/fields';
import { credentialTypeOf, platformOf } from '../platforms';

export interface Settings extends PollSettings {
	watch: Watch;
}

const HOUR_MS = 3_600_000;

/** 'Start Time' takes no expression. n8n hands over as text what was put in as one before that, so it is worked out here. */
function startTime(
	context: IPollFunctions & { evaluateExpression?: (expression: string) => unknown },
): unknown {
	const value = context.getNodeParameter('startTime', '');
	return typeof value === 'string' && value.includes('{{')
		? (context.evaluateExpression?.(value) ?? value)
		: value;
}

/** Tells whether a setting was changed, without keeping it. */
function digest(value: unknown): string {
	return createHash('sha256')
		.update(JSON.stringify(value ?? null))
		.digest('base64url')
		.slice(0, 16);
}

/** @throws NodeOperationError or UserError when a field holds what it must not */
export function readSettings(context: IPollFunctions, fields: FieldValues): Settings {
	const chosen = platformOf(fields);
	const { trigger } = chosen;
	const options = fields.collection('options');
	const { parameters, credentials = {} } = context.getNode();
	const fromTime = fields.choice<string>('startFrom', 'activation') === 'time';
	const startAt = fromTime ? fields.time(startTime(context), 'Start Time') : undefined;
	const retained = retainedFrom(fields, options) ?? -Infinity;
	if (fromTime && startAt === undefined) {
		throw fields.refusal(
			"'Start Time' is empty",
			"Pick the time to begin with, or set 'Start From' to 'Publication of the Workflow'.",
		);
	}
	const credential = credentials[credentialTypeOf(chosen, fields)];
	const startMoves = fromTime && String(parameters.startTime).includes('{{');
	const lookBackHours = options.overlapHours ?? trigger.lookBackHours(fields);
	return {
		watch: {
			start:
				startAt === undefined
					? FROM_NOW_ON
					: startMoves
						? `expression ${digest(String(parameters.startTime).replace(/^=/, ''))}`
						: iso(startAt),
			api: trigger.kind(fields),
			// As the builder wrote them: what an expression gives may differ from poll to poll.
			conditions: digest([
				...['filters', ...trigger.conditions].map((name) => parameters[name]),
				credential?.id ?? credential?.name,
			]),
		},
		startAt: startAt === undefined ? undefined : Math.max(startAt, retained),
		lookBackMs: fields.bounded(OPTIONS.overlapHours, lookBackHours) * HOUR_MS,
		giveUpMs: fields.entry(OPTIONS.giveUpHours) * HOUR_MS,
		maxItems: Math.floor(fields.entry(OPTIONS.maxItems)),
	};
}
