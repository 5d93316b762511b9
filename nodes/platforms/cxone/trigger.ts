import { updateDisplayOptions } from 'n8n-workflow';

import {
	apiField,
	apiOf,
	DEFAULT_VERSION,
	customFilters,
	granularityField,
	readCustomFilters,
	readFilters,
	timeZoneOption,
	versionOption,
	zoneOf,
	type Api,
} from './apis';
import type { Granularity } from '../../../core/cxone/extracted';
import type { CxoneQuestions } from '../../../core/cxone/platform';
import { optionalText, type FieldValues } from '../../common/field-values';
import { WHEN_CHANGED } from '../../common/fields';
import type { NodePlatform } from '../platform';

const watchedApi = apiField(
	{
		dataExtraction:
			'Extracts the metadata of whole days at each poll, in a job that takes a minute or more. Calls appear up to 30 minutes after their end.',
		recordingApi: 'Lists recordings within seconds, with filters',
	},
	'Which of the APIs of CXone to watch. After a change, calls that ended before it do not come again; one that ended just then may come from both, under two IDs.',
);

/** The Recording API lists recordings from the start of the call on; Data Extraction when the call is over. Hours. */
const LOOK_BACK_HOURS: Record<Api, number> = { recordingApi: 2, dataExtraction: 6 };

const granularityOf = (fields: FieldValues) => fields.choice<Granularity>('granularity', 'acdCall');

/** How the fields of a trigger are read, for each API. */
const WATCHES: {
	[A in Api]: (fields: FieldValues) => Extract<CxoneQuestions['watch'], { api: A }>;
} = {
	recordingApi: (fields) => ({ api: 'recordingApi', filters: readCustomFilters(fields) }),
	dataExtraction: (fields) => {
		const options = fields.collection('options');
		return {
			api: 'dataExtraction',
			version: optionalText(options.version) ?? DEFAULT_VERSION,
			zone: zoneOf(options),
			granularity: granularityOf(fields),
			conditions: readFilters(fields),
		};
	},
};

/** CXone in the trigger. */
export const trigger: NodePlatform<CxoneQuestions>['trigger'] = {
	fields: [watchedApi, granularityField],
	moreFields: [{ ...customFilters, description: `${customFilters.description} ${WHEN_CHANGED}.` }],
	options: updateDisplayOptions({ show: { '/api': ['dataExtraction'] } }, [
		versionOption,
		timeZoneOption,
	]),
	kind(fields) {
		const api = apiOf(fields);
		if (api === 'recordingApi') return api;
		const zone = zoneOf(fields.collection('options'));
		const by = granularityOf(fields) === 'segment' ? ' by segment' : '';
		return `${api}${by}${zone === 'UTC' ? '' : ` in ${zone}`}`;
	},
	conditions: ['customFilters'],
	lookBackHours: (fields) => LOOK_BACK_HOURS[apiOf(fields)],
	read: (fields) => WATCHES[apiOf(fields)](fields),
};
