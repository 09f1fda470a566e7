/** The sandbox's stand-in for the official `random` provider. NEVER published: see ../README.md. */
import { serve } from "../serve.ts";
import { sdkVersion } from "../version.ts";
import { RandomProvider } from "./provider.ts";

serve(new RandomProvider(sdkVersion("random")));
