package e2e_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// network is one of its own on this machine: what runs within has a loopback interface of its own, a cable that leads to this machine, and
// no other way out.
type network struct {
	name    string
	here    string // this machine's address at the cable
	address string // the one within
	next    string // and that after a move
}

// cable is what the end of it is called that is within. That on this machine is called as the network is.
const cable = "cable"

// newNetwork makes a network, and takes it away with the test.
func newNetwork(t *testing.T) *network {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root makes networks")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		lacking(t, "there is no ip on the PATH")
	}
	pid := os.Getpid()
	at := func(i int) string { return fmt.Sprintf("10.99.%d.%d", pid>>5&0xff, pid<<3&0xff+i) } // eight for each
	n := &network{name: fmt.Sprintf("foyer%d", pid), here: at(1), address: at(2), next: at(3)}
	if err := n.ip("netns", "add", n.name); err != nil {
		t.Skipf("this machine makes no networks: %v", err)
	}
	t.Cleanup(func() { n.do(t, "netns", "delete", n.name) })
	n.do(t, "link", "add", n.name, "type", "veth", "peer", "name", cable, "netns", n.name)
	t.Cleanup(func() { n.do(t, "link", "delete", n.name) })
	n.do(t, "address", "add", n.here+"/29", "dev", n.name)
	n.do(t, "link", "set", n.name, "up")
	n.inside(t, "address", "add", n.address+"/29", "dev", cable)
	n.inside(t, "link", "set", cable, "up")
	n.inside(t, "link", "set", "lo", "up")
	return n
}

// move replaces the address within.
func (n *network) move(t *testing.T) {
	t.Helper()
	n.inside(t, "address", "delete", n.address+"/29", "dev", cable)
	n.inside(t, "address", "add", n.next+"/29", "dev", cable)
	n.address, n.next = n.next, n.address
}

// within has a command run in the network; nil: in this machine's.
func (n *network) within(cmd *exec.Cmd) *exec.Cmd {
	if n == nil || cmd.Err != nil {
		return cmd
	}
	cmd.Args = append([]string{"ip", "netns", "exec", n.name}, cmd.Args...)
	cmd.Path, cmd.Err = exec.LookPath("ip")
	return cmd
}

// environment tells the browser's script who is to be reached besides itself.
func (n *network) environment() []string {
	if n == nil {
		return nil
	}
	return []string{"FOYER_HOST=" + n.here}
}

// do runs ip on this machine, inside in the network.
func (n *network) do(t *testing.T, arguments ...string) {
	t.Helper()
	if err := n.ip(arguments...); err != nil {
		t.Error(err)
	}
}

func (n *network) inside(t *testing.T, arguments ...string) {
	t.Helper()
	n.do(t, append([]string{"-netns", n.name}, arguments...)...)
}

func (n *network) ip(arguments ...string) error {
	out, err := exec.CommandContext(context.Background(), "ip", arguments...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("ip %v: %w: %s", arguments, err, out)
	}
	return nil
}
