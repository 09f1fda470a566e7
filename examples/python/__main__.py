import pulumi
from pulumi_init_pod import InitPod

web = InitPod(
    "web",
    init=[
        {
            "image": "curlimages/curl:8.17.0",
            "download": {
                "url": "https://example.com/",
                "to": "/usr/share/nginx/html/index.html",
            },
        },
    ],
    container={"image": "nginxinc/nginx-unprivileged:1.29", "port": 8080},
    service={},
)

pulumi.export("url", web.url)
pulumi.export("initLogs", web.init_logs)
