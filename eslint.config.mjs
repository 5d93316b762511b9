import { n8nCommunityNodesPlugin } from '@n8n/eslint-plugin-community-nodes';
import typescriptPlugin from '@typescript-eslint/eslint-plugin';
import typescriptParser from '@typescript-eslint/parser';
import { defineConfig, globalIgnores } from 'eslint/config';
import n8nNodesPlugin from 'eslint-plugin-n8n-nodes-base';

const allTypeScript = ['{nodes,credentials,core,simulator,host,bench,docs,test}/**/*.ts'];
const shippedTypeScript = ['{nodes,credentials,core}/**/*.ts'];
const untestedWords = 'describe, it and test run as a whole: no only, skip or todo';

export default defineConfig(
	globalIgnores(['dist/', 'coverage/', '.tmp/', '**/node_modules/']),

	// A suppression is no answer: an inline directive has no effect and is itself a warning, which fails the run.
	{ linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },

	// n8n's own rules, on the files that its scan of a published package looks at. The set is the one for
	// verified nodes; the exceptions are the ones that n8n's scan makes.
	{
		files: ['package.json', '{nodes,credentials}/**/*.{ts,json}'],
		extends: [n8nCommunityNodesPlugin.configs.recommended],
		languageOptions: { parser: typescriptParser },
		plugins: { 'n8n-nodes-base': n8nNodesPlugin },
	},
	{ files: ['package.json'], rules: n8nNodesPlugin.configs.community.rules },
	{
		files: ['credentials/**/*.ts'],
		rules: {
			...n8nNodesPlugin.configs.credentials.rules,
			// Wants a camel-case name as n8n's own packages have; ours is a link.
			'n8n-nodes-base/cred-class-field-documentation-url-miscased': 'off',
			// Does not know hidden fields and IDs; @n8n/community-nodes/credential-password-field does.
			'n8n-nodes-base/cred-class-field-type-options-password-missing': 'off',
		},
	},
	{
		files: ['nodes/**/*.ts'],
		rules: {
			...n8nNodesPlugin.configs.nodes.rules,
			// Both want the string 'main', which @n8n/community-nodes/node-connection-type-literal forbids.
			'n8n-nodes-base/node-class-description-inputs-wrong-regular-node': 'off',
			'n8n-nodes-base/node-class-description-outputs-wrong': 'off',
			// Vendors have maximum page sizes.
			'n8n-nodes-base/node-param-type-options-max-value-present': 'off',
		},
	},

	// The scan also sees what core/ is compiled to; these of its rules are not about nodes and credentials alone.
	{
		files: ['core/**/*.ts'],
		plugins: { '@n8n/community-nodes': n8nCommunityNodesPlugin },
		rules: {
			'@n8n/community-nodes/no-dangerous-functions': 'error',
			'@n8n/community-nodes/no-deprecated-workflow-functions': 'error',
			'@n8n/community-nodes/no-hardcoded-secrets': 'error',
			'@n8n/community-nodes/no-http-request-with-manual-auth': 'error',
		},
	},

	{
		files: allTypeScript,
		languageOptions: {
			parser: typescriptParser,
			parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
		},
		plugins: { '@typescript-eslint': typescriptPlugin },
		rules: {
			'@typescript-eslint/no-explicit-any': 'error',
			'@typescript-eslint/ban-ts-comment': [
				'error',
				{ 'ts-expect-error': true, 'ts-ignore': true, 'ts-nocheck': true, 'ts-check': false },
			],
			'@typescript-eslint/no-floating-promises': 'error',
			'@typescript-eslint/no-misused-promises': 'error',
			'@typescript-eslint/await-thenable': 'error',
		},
	},
	{ files: shippedTypeScript, rules: { 'no-console': 'error' } },
	{
		files: ['test/**/*.ts'],
		rules: {
			'no-restricted-syntax': [
				'error',
				{
					selector:
						'MemberExpression[object.name=/^(describe|it|test)$/][property.name=/^(only|skip|todo)$/]',
					message: untestedWords,
				},
				{
					selector: 'Identifier[name=/^(fdescribe|fit|xdescribe|xit|xtest)$/]',
					message: untestedWords,
				},
			],
		},
	},
);
