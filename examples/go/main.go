package main

import (
	"github.com/init-pod/init-pod/sdk/go/initpod"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		web, err := initpod.NewInitPod(ctx, "web", &initpod.InitPodArgs{
			Init: []initpod.InitStepArgs{{
				Image: pulumi.String("curlimages/curl:8.17.0"),
				Download: &initpod.DownloadArgs{
					Url: pulumi.String("https://example.com/"),
					To:  "/usr/share/nginx/html/index.html",
				},
			}},
			Container: initpod.AppContainerArgs{
				Image: pulumi.String("nginxinc/nginx-unprivileged:1.29"),
				Port:  pulumi.IntRef(8080),
			},
			Service: &initpod.ServiceSettingsArgs{},
		})
		if err != nil {
			return err
		}
		ctx.Export("url", web.Url)
		ctx.Export("initLogs", web.InitLogs)
		return nil
	})
}
