import type { NextSteps } from '../../core/http/reason';

export const nextSteps: NextSteps = {
	badId: "Check 'Recording ID'.",
	isProtected: "If it may be deleted, end its protection with the operation 'Unprotect' first.",
	lookAgain: 'The operation Get by ID of Search Recordings shows what GIR has under this ID.',
	otherOperationName: "Enter it as 'Unprotect Operation Name' under 'Options'.",
	protectionUnknown:
		'Use the operation Get by ID of Search Recordings and look at protectedFromDeletion.',
};
