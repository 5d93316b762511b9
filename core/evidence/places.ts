/** How the folders of an archive are made from the day a recording began. */
export type DateFolders = 'none' | 'month' | 'day';

/** Where recordings go whose start nobody told. */
const UNDATED = 'undated';

const DIGITS: Record<Exclude<DateFolders, 'none'>, number> = { month: 7, day: 10 };

/**
 * Where a file belongs in an archive: its name, in folders such as `2026/03/31` by the UTC date of the recording's start.
 *
 * @param fileName safe as it is, from `core/media/names`
 * @param start ISO 8601 in UTC; null where the platform does not tell
 */
export function archivePath(fileName: string, start: string | null, folders: DateFolders): string {
	if (folders === 'none') return fileName;
	const day = /^\d{4}-\d{2}-\d{2}T/.test(start ?? '')
		? start!.slice(0, DIGITS[folders]).replaceAll('-', '/')
		: UNDATED;
	return `${day}/${fileName}`;
}
