import {
	describeFailure,
	executionInLog,
	outputOf,
	parseLog,
	toExecutionResult,
	unflatten,
} from '../../host/execution';

const RUN = {
	data: {
		resultData: {
			runData: {
				Search: [
					{
						executionStatus: 'success',
						executionTime: 5,
						data: {
							main: [[{ json: { id: 'a', text: 'line\n}{' }, pairedItem: { item: 0 } }], null],
						},
					},
				],
			},
			lastNodeExecuted: 'Search',
		},
	},
	mode: 'cli',
	startedAt: '2026-01-02T03:04:05.000Z',
	status: 'success',
};

describe("reading n8n's answers", () => {
	it('finds the execution among other log lines', () => {
		const line = (message: string) =>
			JSON.stringify({ level: 'info', message, metadata: { timestamp: 't' } });
		const log = [
			line('n8n Task Broker ready'),
			'text from somewhere else {',
			line('{"data": "not an execution"}'),
			line(JSON.stringify(RUN, null, 2)),
			line('====='),
		].join('\n');
		const result = executionInLog(parseLog(log));
		expect(result?.status).toBe('success');
		expect(result && outputOf(result, 'Search')).toEqual([
			{ json: { id: 'a', text: 'line\n}{' }, pairedItem: { item: 0 } },
		]);
		expect(result && outputOf(result, 'Search', 1)).toEqual([]);
		expect(result && outputOf(result, 'No such node')).toEqual([]);
	});

	it('has no execution when the log has none', () => {
		expect(
			executionInLog(parseLog('{"level":"error","message":"Unrecognized node type"}\nrubbish')),
		).toBe(undefined);
	});

	it('decodes shared and circular values of stored data', () => {
		// 0: {list: 1, self: 0}, 1: [2, 2, 7], 2: "text"
		const decoded = unflatten('[{"list":"1","self":"0"},["2","2",7],"text"]') as {
			list: unknown[];
			self: unknown;
		};
		expect(decoded.list).toEqual(['text', 'text', 7]);
		expect(decoded.self).toBe(decoded);
	});

	it('describes a failure by node, message and description', () => {
		const failed = toExecutionResult(
			{ status: 'error' },
			{
				resultData: {
					error: {
						message: 'Wrong key',
						description: 'Check the credential',
						node: { name: 'Search' },
					},
				},
			},
		);
		expect(describeFailure(failed)).toBe('Search: Wrong key\nCheck the credential');
	});
});
