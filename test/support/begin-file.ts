import { forgetSecrets } from "../../src/base/redact.ts";

// Test files share a process: none may find a secret hidden because another has registered it.
forgetSecrets();
