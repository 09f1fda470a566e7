/** The sandbox's stand-in for the official `kubernetes` provider. NEVER published: see ../README.md. */
import { serve } from "../serve.ts";
import { sdkVersion } from "../version.ts";
import { KubernetesProvider } from "./provider.ts";

serve(new KubernetesProvider(sdkVersion("kubernetes")));
