// Package helm tests the Helm chart in deploy/helm by Helm's own linter and templates. It is
// a module of its own: Helm brings Kubernetes' types, which nothing else here needs.
package helm
