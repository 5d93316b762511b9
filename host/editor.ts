import { existsSync } from 'node:fs';

import { chromium, selectors, type Browser, type Locator, type Page } from 'playwright-core';

import type { N8nHost } from './n8n';
import { onPath } from './processes';

/** Where a Chromium is that is not on the PATH. */
const CHROMIUM = 'CALL_RECORDINGS_CHROMIUM';
const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Nothing is asked of the internet, and nothing of the machine's own browser is used. */
const ARGUMENTS = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
	// A page may play audio before anybody has clicked on it.
	'--autoplay-policy=no-user-gesture-required',
];

/** Generous, because a busy machine shows the editor slowly; what takes longer is not there. */
const PATIENCE_MS = 30_000;
/** The first time, the editor is loaded as a whole. */
const LOAD_MS = 90_000;

function chromiumPath(): string | undefined {
	const named = process.env[CHROMIUM];
	if (named !== undefined) return existsSync(named) ? named : undefined;
	return PROGRAMS.map(onPath).find((path) => path !== undefined);
}

/** Why the editor cannot be shown on this machine, a clause for people; undefined where it can. */
export function whyNoBrowser(): string | undefined {
	return chromiumPath() === undefined
		? `no Chromium found (Debian and Ubuntu: apt-get install chromium; or its path in ${CHROMIUM})`
		: undefined;
}

/** How a step that was executed in the panel of its node went, as the output beside it shows it. */
export interface StepResult {
	/** Such as "11 items"; undefined after an error, and where the first output has none. */
	items?: string;
	/** The error's message and, on the next line, its description; undefined after a success. */
	error?: string;
}

/** A slot for a credential, in the panel of a node. */
export interface CredentialSlot {
	/** What the slot is called, such as "Credential for NICE CXone". */
	label: string;
	/** The name of the credential that is chosen; empty where none is. */
	chosen: string;
}

/** A field as it stands in a panel or a credential. */
export interface ShownField {
	/** Its display name. */
	label: string;
	/** Whether it has the mark of a required one. */
	required: boolean;
}

/** Runs in the page: the texts of these elements that do not fit into them. */
function whatIsCut(
	elements: Array<
		Record<'scrollWidth' | 'clientWidth' | 'scrollHeight' | 'clientHeight', number> & {
			innerText: string;
		}
	>,
): string[] {
	return (
		elements
			// Letters reach a little beyond the height of their line.
			.filter((one) => one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight + 5)
			.map(({ innerText }) => innerText)
	);
}

/** What the open list of a collection offers to add. */
const OFFERED = '[data-test-id="collection-parameter-option"]:visible';

const exactly = (text: string): RegExp =>
	new RegExp(`^\\s*${text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*\\*?\\s*$`);

/**
 * n8n's editor in a browser, used as a person uses it: things are found by what they are called, and each step waits until
 * what it needs is there. The marks that the editor carries for tests (`data-test-id`) are those of the pinned n8n.
 */
export class Editor {
	/** What went wrong in the editor's own code so far. */
	readonly failures: string[] = [];

	private constructor(
		private readonly browser: Browser,
		private readonly url: string,
		/** For what has no method here. */
		readonly page: Page,
	) {
		page.on('pageerror', ({ message }) => this.failures.push(message));
	}

	/**
	 * Opens a browser with an empty profile, signed in to a started n8n as its owner.
	 *
	 * @throws Error where there is no Chromium (see {@link whyNoBrowser})
	 */
	static async open({ url, login }: Pick<N8nHost, 'url' | 'login'>): Promise<Editor> {
		const executablePath = chromiumPath();
		if (executablePath === undefined) throw new Error(whyNoBrowser());
		selectors.setTestIdAttribute('data-test-id');
		const browser = await chromium.launch({ executablePath, args: ARGUMENTS });
		try {
			const context = await browser.newContext({
				viewport: { width: 1440, height: 900 },
				locale: 'en-US',
				timezoneId: 'UTC',
				reducedMotion: 'reduce',
			});
			context.setDefaultTimeout(PATIENCE_MS);
			context.setDefaultNavigationTimeout(LOAD_MS);
			await context.request.post(`${url}/rest/login`, {
				data: { emailOrLdapLoginId: login.email, password: login.password },
				failOnStatusCode: true,
			});
			return new Editor(browser, url, await context.newPage());
		} catch (error) {
			await browser.close();
			throw error;
		}
	}

	/** Closes the browser. */
	async close(): Promise<void> {
		await this.browser.close();
	}

	// ── The canvas ──

	/** An empty canvas. */
	async newWorkflow(): Promise<void> {
		await this.#show('/workflow/new', this.page.getByTestId('canvas-add-button'));
	}

	/** The canvas of a workflow that was imported. */
	async openWorkflow(id: string): Promise<void> {
		await this.#show(`/workflow/${id}`, this.page.getByTestId('canvas-node').first());
	}

	async #show(path: string, landmark: Locator): Promise<void> {
		await this.page.goto(`${this.url}${path}`);
		await landmark.waitFor({ timeout: LOAD_MS });
	}

	/** A node on the canvas, by its name. */
	node(name: string): Locator {
		return this.page.getByTestId('canvas-node').filter({
			has: this.page.locator(`[data-node-name="${name}"]`),
		});
	}

	/** Opens the panel of a node on the canvas. */
	async openNode(name: string): Promise<void> {
		await this.node(name).dblclick();
		await this.#panel();
	}

	/** Waits until a panel shows its fields. */
	async #panel(): Promise<void> {
		await this.page
			.locator('[data-test-id="node-parameters"] [data-parameter-path]:visible')
			.first()
			.waitFor();
	}

	/** Closes the panel of a node. */
	async closeNode(): Promise<void> {
		await this.page.getByTestId('ndv-close-button').click();
		await this.page.getByTestId('node-parameters').waitFor({ state: 'hidden' });
	}

	// ── The list of nodes ──

	/** Opens the list of nodes: for the first step of an empty canvas, or for the one behind a node. */
	async openNodeList(behind?: string): Promise<void> {
		await (
			behind === undefined
				? this.page.getByTestId('canvas-add-button')
				: this.node(behind).getByTestId('canvas-handle-plus')
		).click();
		await this.page.getByTestId('node-creator-search-bar').waitFor();
	}

	/** An entry of the open list, a node or an action, by its name. */
	listed(name: string): Locator {
		return this.page
			.getByTestId('node-creator')
			.getByTestId('node-creator-item-name')
			.filter({ hasText: exactly(name) });
	}

	/** Types into the search of the open list, in place of what stood there. */
	async searchNodes(words: string): Promise<void> {
		await this.page.getByTestId('node-creator-search-bar').fill(words);
	}

	/** The actions that the open list has for a node, in their order; the list is then back at all nodes. */
	async actionsOf(name: string): Promise<string[]> {
		await this.listed(name).first().click();
		// n8n lists triggers of its own besides.
		const actions = this.page.locator(
			'[data-keyboard-nav-type="action"][data-keyboard-nav-id^="n8n-nodes-call-recordings."]',
		);
		await actions.first().waitFor();
		const names = await actions.allInnerTexts();
		await this.page.getByTestId('node-creator').locator('[class*="_backButton_"]').click();
		return names.map((one) => one.trim());
	}

	/** Makes a workflow that begins with a node, found by what people type for it; its panel is open then. */
	async beginWith(words: string, name: string, action: string): Promise<void> {
		await this.newWorkflow();
		await this.openNodeList();
		await this.searchNodes(words);
		await this.pickNode(name, action);
	}

	/** Picks a node from the open list, and one of its actions where it has some; its panel opens. */
	async pickNode(name: string, action?: string): Promise<void> {
		await this.listed(name).first().click();
		await (
			action === undefined
				? this.page.getByRole('button', { name: 'Add to workflow' })
				: this.listed(action).first()
		).click();
		await this.#panel();
	}

	// ── Fields, of the open panel or credential ──

	#form(): Locator {
		return this.page
			.getByTestId('node-parameters')
			.or(this.page.getByTestId('node-credentials-config-container'))
			.last();
	}

	/** The fields that are shown at the moment, from top to bottom, with those in collections. */
	async fields(): Promise<ShownField[]> {
		const labels = await this.#form()
			.locator('label.n8n-input-label:visible [class*="_title_"]')
			.allInnerTexts();
		return labels.map((text) => ({
			label: text.replace('*', '').trim(),
			required: text.includes('*'),
		}));
	}

	/** A field with its input, by its display name. */
	field(label: string): Locator {
		return this.#form()
			.locator('label.n8n-input-label:visible')
			.filter({ has: this.page.locator('.n8n-text').filter({ hasText: exactly(label) }) })
			.first()
			.locator('xpath=../..');
	}

	/** Types into a field, in place of what stood there. */
	async fill(label: string, text: string): Promise<void> {
		const input = this.field(label).locator('input, textarea').first();
		await input.fill(text);
		await input.blur();
	}

	/** Types into a field that takes a record in several ways, such as "By ID". */
	async fillIn(label: string, mode: string, text: string): Promise<void> {
		const field = this.field(label);
		await field.getByTestId('rlc-mode-selector').click();
		await this.page
			.locator('.el-select-dropdown__item:visible')
			.filter({ hasText: exactly(mode) })
			.click();
		const input = field.getByTestId('rlc-input').locator('xpath=descendant-or-self::input');
		await input.fill(text);
		await input.blur();
	}

	/** The choices of a field, in their order. */
	async choices(label: string): Promise<string[]> {
		await this.field(label).getByRole('combobox').first().click();
		const shown = this.page.locator('.el-select-dropdown__item:visible');
		await shown.first().waitFor();
		const names = await shown.locator('.option-headline').allInnerTexts();
		await this.page.keyboard.press('Escape');
		await shown.first().waitFor({ state: 'hidden' });
		return names.map((name) => name.trim());
	}

	/** Picks one of a field's choices. */
	async choose(label: string, option: string): Promise<void> {
		const box = this.field(label).getByRole('combobox').first();
		await box.click();
		const shown = this.page.locator('.el-select-dropdown__item:visible');
		await shown
			.filter({ has: this.page.locator('.option-headline').filter({ hasText: exactly(option) }) })
			.click();
		await shown.first().waitFor({ state: 'hidden' });
	}

	#adding(collection: string): Locator {
		return this.#form()
			.locator('.multi-parameter')
			.filter({ has: this.page.locator('label').filter({ hasText: exactly(collection) }) })
			.getByTestId('collection-parameter-add');
	}

	/** What a collection such as "Options" offers to add, in its order. */
	async addable(collection: string): Promise<string[]> {
		await this.#adding(collection).click();
		const offered = this.page.locator(OFFERED);
		await offered.first().waitFor();
		const names = await offered.allInnerTexts();
		await this.page.keyboard.press('Escape');
		await offered.first().waitFor({ state: 'hidden' });
		return names.map((name) => name.trim());
	}

	/** Adds an entry to a collection. */
	async add(collection: string, entry: string): Promise<void> {
		await this.#adding(collection).click();
		await this.page
			.locator(OFFERED)
			.filter({ hasText: exactly(entry) })
			.click();
		await this.field(entry).waitFor();
	}

	/** Opens the list of a field that takes a record "From List". */
	async openRecords(label: string): Promise<void> {
		await this.field(label).getByTestId('rlc-input').click();
		await this.page.getByTestId('rlc-search').waitFor();
	}

	/** The rows of the open list of records. */
	records(): Locator {
		return this.page.getByTestId('rlc-item');
	}

	/** The rows of the open list of records that are not shown as a whole. */
	async cutRecords(): Promise<string[]> {
		return await this.records().locator('span').evaluateAll(whatIsCut);
	}

	/** Types into the search of the open list of records, in place of what stood there. */
	async searchRecords(words: string): Promise<void> {
		await this.page
			.getByTestId('rlc-search')
			.locator('xpath=descendant-or-self::input')
			.fill(words);
	}

	/** Switches a field of yes and no. */
	async toggle(label: string): Promise<void> {
		await this.field(label).locator('.el-switch').click();
	}

	/** Shows the settings of the open node in place of its parameters. */
	async showSettings(): Promise<void> {
		await this.page.getByTestId('tab-settings').click();
		await this.field('On Error').waitFor();
	}

	// ── Execution ──

	/** Presses **Execute step** in the open panel and waits for the end. */
	async executeStep(): Promise<StepResult> {
		const output = this.page.getByTestId('output-panel');
		const ended = output.getByTestId('node-run-info');
		const before = (await ended.isVisible()) ? await ended.elementHandle() : undefined;
		// n8n takes what was typed when nothing was for a moment; a timer of the page goes off behind its own.
		await this.page.evaluate(
			async (ms) => await new Promise((done) => setTimeout(done, ms)),
			1_000,
		);
		await this.page.getByTestId('node-execute-button').click();
		await before?.waitForElementState('hidden');
		await ended.waitFor({ timeout: LOAD_MS });
		const items = output.getByTestId('ndv-items-count');
		const error = output.getByTestId('node-error-message');
		if (await error.isVisible()) {
			const description = output.getByTestId('node-error-description');
			const words = [error, ...((await description.isVisible()) ? [description] : [])];
			return { error: (await Promise.all(words.map((part) => part.innerText()))).join('\n') };
		}
		return { items: (await items.isVisible()) ? await items.innerText() : undefined };
	}

	/** The texts of the error in the open panel that are not shown as a whole. */
	async cutErrorTexts(): Promise<string[]> {
		const texts = this.page
			.getByTestId('output-panel')
			.locator('[data-test-id="node-error-message"], [data-test-id="node-error-description"]');
		return await texts.evaluateAll(whatIsCut);
	}

	/** Shows the output of the open panel as "Schema", "Table", "JSON" or "Binary". */
	async showOutputAs(view: string): Promise<void> {
		await this.page
			.getByTestId('output-panel')
			.getByTestId(`radio-button-${view.toLowerCase()}`)
			.click();
	}

	/** Gives the open panel's output the room of its input. */
	async widenOutput(): Promise<void> {
		const handle = this.page.getByTestId('panel-drag-button');
		const { x, y, width, height } = (await handle.boundingBox())!;
		const { mouse } = this.page;
		await mouse.move(x + width / 2, y + height / 2);
		await mouse.down();
		await mouse.move(x - width, y + height / 2);
		await mouse.move(0, y + height / 2);
		await mouse.up();
		await mouse.move(0, 0);
	}

	/** The heads of the open panel's output as a table, from left to right. */
	async columns(): Promise<string[]> {
		await this.showOutputAs('Table');
		const heads = this.page.getByTestId('output-panel').getByRole('columnheader');
		await heads.first().waitFor();
		return (await heads.allInnerTexts()).map((head) => head.trim()).filter((head) => head !== '');
	}

	/** Shows another output of a node that has several, such as "Error". */
	async showBranch(name: string): Promise<void> {
		await this.page
			.getByTestId('output-panel')
			.getByTestId('branches')
			.getByText(`${name} Branch`)
			.click();
	}

	/**
	 * Plays the first file of the open panel's output.
	 *
	 * @returns How long it is and how far it got, in seconds.
	 */
	async playFile(): Promise<{ seconds: number; played: number }> {
		await this.showOutputAs('Binary');
		const output = this.page.getByTestId('output-panel');
		await output.getByTestId('ndv-view-binary-data').first().click();
		const media = output.locator('audio, video');
		await media.waitFor();
		return await media.evaluate(
			async (element: {
				play(): Promise<void>;
				ontimeupdate: (() => void) | null;
				duration: number;
				currentTime: number;
			}) => {
				await element.play();
				await new Promise<void>((resolve) => {
					element.ontimeupdate = () => element.currentTime > 0 && resolve();
				});
				return { seconds: element.duration, played: element.currentTime };
			},
		);
	}

	// ── Credentials ──

	/** The form of a new credential, by the display name of its type. */
	async newCredential(type: string): Promise<void> {
		const select = this.page.getByTestId('new-credential-type-select');
		await this.#show('/home/credentials/create', select);
		await select.locator('input').fill(type);
		await this.page.getByRole('option', { name: type, exact: true }).click();
		await this.page.getByTestId('new-credential-type-button').click();
		await this.page.getByTestId('node-credentials-config-container').waitFor();
	}

	/** The form of a new credential, from the open panel of a node in an n8n that has none for it. */
	async connectNode(): Promise<void> {
		await this.page
			.getByTestId('node-credentials-slot')
			.getByRole('button', { name: 'Connect to' })
			.click();
		await this.page.getByTestId('node-credentials-config-container').waitFor();
	}

	/** The slots for credentials of the open panel, from top to bottom. */
	async credentialSlots(): Promise<CredentialSlot[]> {
		const slots = await this.page.getByTestId('node-credentials-slot').all();
		return await Promise.all(
			slots.map(async (slot) => ({
				label: (await slot.locator('label').first().innerText()).replace('*', '').trim(),
				chosen: await slot
					.locator('input')
					.first()
					.inputValue()
					.catch(() => ''),
			})),
		);
	}

	/** Gives the open panel's node a credential that there is, by its name. */
	async chooseCredential(name: string): Promise<void> {
		const slot = this.page.getByTestId('node-credentials-select');
		const offered = this.page
			.locator('[data-test-id^="node-credentials-select-item-"]:visible')
			.filter({ hasText: name });
		// Another choice in the panel makes n8n draw the slot anew, which closes a list that was just opened.
		for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline;) {
			await slot.click();
			const shown = offered.waitFor({ timeout: 2_000 }).then(
				() => true,
				() => false,
			);
			if (await shown) break;
		}
		await offered.click();
	}

	/**
	 * Saves the open credential, which n8n tests at once.
	 *
	 * @returns What the form then says, with its details; undefined where n8n closed it, as it does after a good test of a
	 * credential that was made from a node
	 */
	async saveCredential(): Promise<string | undefined> {
		const tested = this.page.waitForResponse(/\/rest\/credentials\/test$/);
		await this.page.getByTestId('credential-save-button').click();
		await (await tested).finished();
		const banner = this.page
			.getByTestId('node-credentials-config-container')
			.locator('.el-tag:visible');
		const closed = this.page.getByTestId('node-parameters').getByTestId('credential-edit-button');
		await banner.getByRole('button', { name: 'Retry' }).or(closed).first().waitFor();
		if (!(await banner.isVisible())) return undefined;
		const more = banner.getByText('More details');
		if (await more.isVisible()) await more.click();
		return (await banner.innerText()).replace(/\s*\n\s*/g, ' ').replace(' Retry', '');
	}
}
