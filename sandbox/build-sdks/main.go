// Generates the SDKs of a Pulumi package, whose schema is on standard input: `build-sdks OUT` makes OUT/nodejs, OUT/python
// and OUT/go. A newer language host does the same for `pulumi package gen-sdk`; those of the sandbox are older than that.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/blang/semver"
	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

type files = map[string][]byte

// The first argument of each is written into every file as the tool that made it, so it is the name of the host.
var languages = map[string]func(*schema.Package) (files, error){
	"nodejs": func(pkg *schema.Package) (files, error) {
		return nodejs.GeneratePackage("pulumi-language-nodejs", pkg, nil, nil, false, nil)
	},
	"python": func(pkg *schema.Package) (files, error) {
		return python.GeneratePackage("pulumi-language-python", pkg, nil, nil)
	},
	"go": func(pkg *schema.Package) (files, error) {
		return golang.GeneratePackage("pulumi-language-go", pkg, nil)
	},
}

func main() {
	if len(os.Args) != 2 {
		fail(errors.New("usage: build-sdks OUT < SCHEMA"))
	}
	var spec schema.PackageSpec
	if err := json.NewDecoder(os.Stdin).Decode(&spec); err != nil {
		fail(err)
	}
	for language := range languages {
		if err := generate(spec, language, filepath.Join(os.Args[1], language)); err != nil {
			fail(fmt.Errorf("%s: %w", language, err))
		}
	}
}

func generate(spec schema.PackageSpec, language, folder string) error {
	// A generator imports its own settings into the package that it gets, so each gets one of its own.
	pkg, diagnostics, err := schema.BindSpec(spec, noOthers{}, schema.ValidationOptions{})
	if err != nil {
		return err
	}
	if diagnostics.HasErrors() {
		return diagnostics
	}
	made, err := languages[language](pkg)
	if err != nil {
		return err
	}
	for name, content := range made {
		file := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Ours refers to no types of another package, which would have to be downloaded.
type noOthers struct{}

func (noOthers) LoadPackage(name string, _ *semver.Version) (*schema.Package, error) {
	return nil, fmt.Errorf("the schema refers to the package %s", name)
}

func (others noOthers) LoadPackageV2(_ context.Context, wanted *schema.PackageDescriptor) (*schema.Package, error) {
	return others.LoadPackage(wanted.Name, wanted.Version)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
