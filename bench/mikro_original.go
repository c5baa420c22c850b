package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// Where MikroRoom's original server comes from (MIT licence), and what makes and runs it. Nothing of it is part of Foyer.
const (
	mikroSource  = "https://github.com/mikaelvesavuori/mikroroom"
	mikroCommit  = "fc211a506a3cfa5608d3459617cb380082aa64a0" // version 1.0.0
	mikroNode    = "24.21.0"                                  // it asks for 24; Debian's is older
	mikroEsbuild = "0.28.2"
	leastNode    = 24
)

// mikroProgram is the original server, ready to be started.
type mikroProgram struct{ source, node, script, version string }

// findOriginal has the original built and a Node that is new enough. What is made lies in dir, never in a folder that was given.
func findOriginal(ctx context.Context, o mikroOptions, dir string) (*mikroProgram, error) {
	source, name := o.original, o.original
	if source == "" {
		source, name = filepath.Join(dir, "mikroroom"), mikroSource+" "+mikroCommit[:7]
		if err := fetchOriginal(ctx, source); err != nil {
			return nil, err
		}
	}
	source, err := filepath.Abs(source) // servers have folders of their own
	if err != nil {
		return nil, err
	}
	p := &mikroProgram{source: name}
	if err := p.prepare(ctx, source, dir); err != nil {
		return nil, err
	}
	p.version, err = command(ctx, p.node, "--version")
	return p, err
}

// prepare finds what the folder or the machine has, and has npm bring the rest.
func (p *mikroProgram) prepare(ctx context.Context, source, dir string) error {
	var lacking []string
	if p.node = findNode(ctx, source); p.node == "" {
		platform := "node-linux-" + npmArchitecture()
		lacking = append(lacking, platform+"@"+mikroNode)
		p.node = filepath.Join(dir, "node_modules", platform, "bin", "node")
	}
	p.script = filepath.Join(source, "dist", "api", "mikroroom.mjs")
	_, err := os.Stat(p.script)
	built := err == nil
	if !built {
		lacking = append(lacking, "esbuild@"+mikroEsbuild)
	}
	if err := install(ctx, dir, lacking); err != nil || built {
		return err
	}
	p.script = filepath.Join(dir, "mikroroom.mjs")
	return bundleOriginal(ctx, source, dir, p.script)
}

func fetchOriginal(ctx context.Context, into string) error {
	if err := os.Mkdir(into, 0o700); err != nil {
		return err
	}
	for _, arguments := range [][]string{{"init", "--quiet"}, {"fetch", "--quiet", "--depth", "1", mikroSource, mikroCommit}, {"checkout", "--quiet", "FETCH_HEAD"}} {
		if _, err := command(ctx, "git", append([]string{"-C", into}, arguments...)...); err != nil {
			return err
		}
	}
	return nil
}

// findNode gives a Node that is new enough, the one in the original's folder or the machine's, or nothing.
func findNode(ctx context.Context, source string) string {
	for _, node := range []string{filepath.Join(source, "node_modules", ".bin", "node"), "node"} {
		if version, err := command(ctx, node, "--version"); err == nil && majorOf(version) >= leastNode {
			return node
		}
	}
	return ""
}

// majorOf is the first number of a version such as v24.21.0, 0 when there is none.
func majorOf(version string) int {
	first, _, _ := strings.Cut(strings.TrimPrefix(version, "v"), ".")
	major, _ := strconv.Atoi(first)
	return major
}

// bundleOriginal makes the server as its own build does.
func bundleOriginal(ctx context.Context, source, dir, into string) error {
	esbuild := filepath.Join(dir, "node_modules", "@esbuild", "linux-"+npmArchitecture(), "bin", "esbuild")
	_, err := command(ctx, esbuild, filepath.Join(source, "src", "api", "index.ts"), "--bundle", "--platform=node", "--target=node24",
		"--format=esm", "--tree-shaking=true", "--minify", "--outfile="+into)
	return err
}

// install has packages of npm in the folder dir. None that is used here needs its scripts, so none gets to run.
func install(ctx context.Context, dir string, packages []string) error {
	if len(packages) == 0 {
		return nil
	}
	arguments := []string{"install", "--prefix", dir, "--ignore-scripts", "--no-audit", "--no-fund", "--no-save"}
	_, err := command(ctx, "npm", append(arguments, packages...)...)
	return err
}

// npmArchitecture is how npm calls the processor.
func npmArchitecture() string {
	if runtime.GOARCH == "amd64" {
		return "x64"
	}
	return runtime.GOARCH
}

// command runs a program and gives what it wrote. What it complained of is in the error.
func command(ctx context.Context, name string, arguments ...string) (string, error) {
	out, err := exec.CommandContext(ctx, name, arguments...).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = fmt.Errorf("%w: %s", err, strings.TrimSpace(string(exit.Stderr)))
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", filepath.Base(name), err)
	}
	return strings.TrimSpace(string(out)), nil
}
