import { updateDisplayOptions } from 'n8n-workflow';
import type { INodeCredentialDescription, INodeProperties } from 'n8n-workflow';

import { cxone } from './cxone';
import { genesys } from './genesys';
import type { NodePlatform } from './platform';
import type { FieldValues } from '../common/field-values';

/** All platforms, in the order of the field 'Platform'. One more is its own folder in `core/`, its file here, and its line. */
export const platforms: NodePlatform[] = [cxone, genesys];

/** Name of the field that says how to sign in, where a platform offers a choice. */
const AUTHENTICATION = 'authentication';

/** The platform of that ID. @throws where a stored workflow names one that is not there */
export function platformOf(fields: FieldValues): NodePlatform {
	const id = fields.choice('platform');
	const found = platforms.find(({ platform }) => platform.id === id);
	if (found !== undefined) return found;
	throw fields.refusal(`There is no platform '${id}'`, "Choose one in the field 'Platform'.");
}

/** The field 'Platform', with further choices behind the platforms. */
export function platformField(
	...further: Array<{ name: string; value: string; description: string }>
): INodeProperties {
	return {
		displayName: 'Platform',
		name: 'platform',
		type: 'options',
		noDataExpression: true,
		default: 'cxone',
		options: [
			...platforms.map(({ platform, displayName }) => ({ name: displayName, value: platform.id })),
			...further,
		],
		description: 'Where the recordings are',
	};
}

/** The credential type chosen for a platform. */
export function credentialTypeOf({ signIns }: NodePlatform, fields: FieldValues): string {
	if (signIns.length === 1) return signIns[0].credential;
	const chosen = fields.value(AUTHENTICATION, signIns[0].authentication);
	return (signIns.find(({ authentication }) => authentication === chosen) ?? signIns[0]).credential;
}

/**
 * The credentials of a node that serves all platforms. Which of them is asked for is said with `hide`, never with `show`:
 * n8n's editor makes of a field that the `show` of all credentials names a choice within the credential's own dialog, where
 * another choice ends in "Cannot convert undefined or null to object" (2.41), and takes the field out of the panel.
 *
 * @param also further values of 'Platform' for which the credentials of every platform are asked for
 */
export function platformCredentials(...also: string[]): INodeCredentialDescription[] {
	return platforms.flatMap(({ platform, displayName, signIns }) =>
		signIns.map(({ credential, authentication }) => ({
			name: credential,
			// Beside another one, n8n's own "Credential" would say nothing.
			displayName: `Credential for ${displayName}`,
			required: true,
			displayOptions: {
				hide: {
					platform: othersThan(platform.id, also),
					...(authentication !== undefined && {
						[AUTHENTICATION]: signIns.flatMap(({ authentication: other }) =>
							other === undefined || other === authentication ? [] : [other],
						),
					}),
				},
			},
		})),
	);
}

/**
 * The fields that say how to sign in; for `hide`, see `platformCredentials`.
 *
 * @param also further values of 'Platform' for which they are shown
 */
export function signInFields(...also: string[]): INodeProperties[] {
	return platforms.flatMap(({ platform, signInFields: own }) =>
		updateDisplayOptions({ hide: { platform: othersThan(platform.id, also) } }, own),
	);
}

/** Values of 'Platform' for which nothing of this platform is shown. */
function othersThan(id: string, also: readonly string[]): string[] {
	return platforms
		.map(({ platform }) => platform.id)
		.filter((other) => other !== id && !also.includes(other));
}

/** Fields of each platform, shown for that platform only, unless `show` says otherwise. */
export function perPlatform(
	fieldsOf: (platform: NodePlatform) => INodeProperties[],
	show: Record<string, string[]> = {},
): INodeProperties[] {
	return platforms.flatMap((own) =>
		updateDisplayOptions({ show: { platform: [own.platform.id], ...show } }, fieldsOf(own)),
	);
}

/** Where the entries of 'Filters' get their choices from, for the methods of a node that has them. */
export function filterChoices(): NonNullable<NodePlatform['loadOptions']> {
	return Object.fromEntries(
		platforms.flatMap(({ loadOptions = {} }) => Object.entries(loadOptions)),
	);
}

/** Entries of a collection such as 'Options', each shown for its platform only. */
export function optionsPerPlatform(
	optionsOf: (platform: NodePlatform) => INodeProperties[],
	...also: string[]
): INodeProperties[] {
	return platforms.flatMap((own) =>
		updateDisplayOptions({ show: { '/platform': [own.platform.id, ...also] } }, optionsOf(own)),
	);
}

/** The platforms' short names by their IDs, and further ones, as an object within an expression. */
export function shortNames(further: Record<string, string> = {}): string {
	const own = platforms.map(({ platform, shortName }) => [platform.id, shortName]);
	return JSON.stringify({ ...Object.fromEntries(own), ...further });
}
