package main

import (
	"context"

	"github.com/coredns/caddy"
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/plugin"
	"github.com/miekg/dns"
)

// nowhere answers that a name does not exist. A cluster's DNS usually asks the machine's for other names than the
// cluster's; the sandbox's has nobody to ask, and without this it would answer "server failure", which clients take for
// a passing trouble and try again.
type nowhere struct{}

func init() {
	// The list is the order in which plugins are asked: this one after all others.
	dnsserver.Directives = append(dnsserver.Directives, "nowhere")
	plugin.Register("nowhere", func(c *caddy.Controller) error {
		dnsserver.GetConfig(c).AddPlugin(func(plugin.Handler) plugin.Handler { return nowhere{} })
		return nil
	})
}

func (nowhere) Name() string { return "nowhere" }

func (nowhere) ServeDNS(_ context.Context, w dns.ResponseWriter, request *dns.Msg) (int, error) {
	answer := new(dns.Msg).SetRcode(request, dns.RcodeNameError)
	return dns.RcodeNameError, w.WriteMsg(answer)
}
