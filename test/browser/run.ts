import { resolve } from 'node:path';

import { whyNoBrowser } from '../../host/editor';
import { runWhere } from '../run-where';

// Run by `npm run test:browser`. Arguments are jest's.
runWhere('The tests in the browser', whyNoBrowser(), resolve(__dirname, 'jest.config.js'));
