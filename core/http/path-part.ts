import { UserError } from 'n8n-workflow';

/**
 * The path of a call with its IDs.
 *
 * @param template with the names of the IDs in braces, for example `/recordings/{recordingId}`
 * @throws UserError when an ID would lead to another path
 */
export function pathWith(ids: Record<string, string>, template: string): string {
	return template.replace(/\{(\w+)\}/g, (_braces, name: string) => pathPart(ids[name]));
}

/**
 * An identifier as one part of a URL's path.
 *
 * @throws UserError for `.` and `..`, which would lead to another place, and for text that is no text
 */
export function pathPart(id: string): string {
	const refused = () =>
		new UserError(`This is not an identifier: ${JSON.stringify(id).slice(0, 60)}`, {
			description: 'Check the ID, or the expression that gives it. Nothing was sent.',
		});
	if (/^\.{1,2}$/.test(id)) throw refused();
	try {
		return encodeURIComponent(id);
	} catch {
		throw refused();
	}
}
