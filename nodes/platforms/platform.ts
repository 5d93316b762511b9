import type { INodeProperties, INodeType } from 'n8n-workflow';

import type { FieldValues } from '../common/field-values';
import type { Conditions } from '../../core/conditions';
import type { MediaTarget, Platform, Questions } from '../../core/platform';

/** Value of the field 'Platform' for input items of several platforms, where a node takes those. */
export const MIXED = 'mixed';

/** A way to sign in to a platform. */
export interface SignInChoice {
	/** Name of the credential type. */
	credential: string;
	/** Value of the platform's field for the kind of sign-in; undefined where there is only one. */
	authentication?: string;
}

/**
 * A platform as the nodes show it: its fields for each of them, and how these are read. All names of fields live in the
 * panel beside those of other platforms, so they begin with the platform's own prefix where meanings differ.
 */
export interface NodePlatform<Q extends Questions = Questions> {
	readonly platform: Platform<Q>;
	/** Its entry in the field 'Platform'. */
	readonly displayName: string;
	/** In a few letters, for subtitles. */
	readonly shortName: string;
	readonly signIns: readonly [SignInChoice, ...SignInChoice[]];
	/** Fields that say how to sign in, where there is a choice. */
	readonly signInFields: INodeProperties[];
	/** What to watch for a list of its newest recordings, whatever a builder filled in. */
	readonly recent: Q['watch'];
	/** Entries of the field 'Filters' of Search and the trigger; see `filterEntry`. */
	readonly filters: INodeProperties[];
	/** Where those entries get their choices from, by the name they have for it. */
	readonly loadOptions?: NonNullable<INodeType['methods']>['loadOptions'];
	/** Those of them that the node applies. The others are in the questions to the platform. */
	conditions(fields: FieldValues): Conditions;
	readonly search: {
		/** A recording ID as the platform makes them. */
		readonly idExample: string;
		/** Fields of the operation Search, before and behind how many results are wanted and the filters. */
		readonly fields: INodeProperties[];
		readonly moreFields: INodeProperties[];
		/** Fields of every operation. */
		readonly anyFields: INodeProperties[];
		read(fields: FieldValues): Q['search'];
		readGet(fields: FieldValues): Q['get'];
	};
	readonly trigger: {
		/** Fields before and behind the filters. */
		readonly fields: INodeProperties[];
		readonly moreFields: INodeProperties[];
		/** Entries of the trigger's field 'Options'. */
		readonly options: INodeProperties[];
		/** Names of the fields besides 'Filters' that say which recordings are wanted: while they stay the same, so does what is watched. */
		readonly conditions: readonly string[];
		/** Names the list that is watched: with another one, the trigger begins anew. */
		kind(fields: FieldValues): string;
		/** How late after the start of its call a recording may appear, unless set. Hours. */
		lookBackHours(fields: FieldValues): number;
		/** @param lookBackMs as set, or as `lookBackHours` gives it */
		read(fields: FieldValues, lookBackMs: number): Q['watch'];
	};
	readonly download: {
		/** Fields that identify a recording by hand. */
		readonly idFields: INodeProperties[];
		/** Fields for any recording of the platform. */
		readonly fields: INodeProperties[];
		/** Entries of the field 'Options'. */
		readonly options: INodeProperties[];
		readTarget(fields: FieldValues): MediaTarget;
		read(fields: FieldValues): Q['files'];
	};
}
