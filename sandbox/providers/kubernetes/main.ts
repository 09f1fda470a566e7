/** The sandbox's stand-in for the official `kubernetes` provider. NEVER published: see ../README.md. */
import { sdkVersion } from "../version.ts";
import { serve } from "../serve.ts";
import { KubernetesProvider } from "./provider.ts";

serve(new KubernetesProvider(sdkVersion("kubernetes")));
