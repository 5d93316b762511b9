import type { INodeParameters, INodeType } from 'n8n-workflow';

import { credentialsFor } from './credentials';
import { runNode } from './engine';
import { worldForEachTest } from './virtual';
import { DownloadMedia } from '../../nodes/DownloadMedia/DownloadMedia.node';
import { SearchRecordings } from '../../nodes/SearchRecordings/SearchRecordings.node';

const world = worldForEachTest();
const OAUTH2 = { platform: 'cxone', authentication: 'oAuth2' };

describe('OAuth2', () => {
	it.each<[string, () => INodeType, INodeParameters, string]>([
		[
			'a download by ACD call ID',
			() => new DownloadMedia(),
			{ source: 'id', identifier: 'acdCallId', acdCallId: '1' },
			'get a contact',
		],
		[
			'a download by segment ID',
			() => new DownloadMedia(),
			{ source: 'id', identifier: 'segmentId', segmentId: 's' },
			'get a segment',
		],
		[
			'Data Extraction',
			() => new SearchRecordings(),
			{
				operation: 'search',
				api: 'dataExtraction',
				createdAfter: '2025-03-01T00:00:00Z',
				createdBefore: '2025-03-02T00:00:00Z',
			},
			'extract metadata',
		],
	])('is refused for %s before CXone is asked', async (_what, node, parameters, doing) => {
		const { error } = await runNode({
			nodeType: node(),
			parameters: { ...OAUTH2, ...parameters },
			credentials: credentialsFor(world.simulator).cxoneOAuth2,
		});
		expect(error?.message).toBe(`With OAuth2, CXone cannot be asked to ${doing}`);
		expect(error?.description).toMatch(/^Nothing was sent\. .*'CXone Access Key API'/);
		const asked = world.simulator.requests.map(({ path }) => path);
		expect(asked.filter((path) => !/oauth\/token|well-known/.test(path))).toEqual([]);
	});
});
