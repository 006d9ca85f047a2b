package cfn

import (
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strings"
)

// metadata is what an assembly says about the constructs of a stack, by "/" and
// their path: entries with a type.
type metadata map[string][]struct {
	Type string          `json:"type"`
	Data json.RawMessage `json:"data"`
}

// readMetadata returns the metadata of a stack's artifact, which newer versions
// of CDK keep in a file of its own. Metadata that cannot be read is none.
func (r assemblyReader) readMetadata(folder, file string, inline []byte) metadata {
	all := metadata{}
	add := func(data []byte) {
		var read metadata
		if json.Unmarshal(data, &read) == nil {
			for construct, entries := range read {
				all[construct] = append(all[construct], entries...)
			}
		}
	}
	if data, err := readFile(r.root, path.Join(folder, file), maxManifestBytes); err == nil {
		add(data)
	}
	add(inline)
	return all
}

// logicalIDs returns the construct paths of resources by their logical ids.
// Where nested stacks share a logical id, the path is the first of theirs.
func (m metadata) logicalIDs() map[string]string {
	paths := map[string]string{}
	for _, construct := range slices.Sorted(maps.Keys(m)) {
		for _, entry := range m[construct] {
			var id string
			if entry.Type == "aws:cdk:logicalId" && json.Unmarshal(entry.Data, &id) == nil && paths[id] == "" {
				paths[id] = strings.TrimPrefix(construct, "/")
			}
		}
	}
	return paths
}

// acknowledgments returns the reasons for which findings were acknowledged, by
// construct path and by the id of what was acknowledged.
func (m metadata) acknowledgments() map[string]map[string]string {
	acknowledged := map[string]map[string]string{}
	for construct, entries := range m {
		for _, entry := range entries {
			var reasons map[string]string
			if entry.Type != "aws:cdk:acknowledged-rules" || json.Unmarshal(entry.Data, &reasons) != nil {
				continue
			}
			at := strings.TrimPrefix(construct, "/")
			if acknowledged[at] == nil {
				acknowledged[at] = map[string]string{}
			}
			for id, reason := range reasons {
				acknowledged[at][id] = reason
			}
		}
	}
	return acknowledged
}

// Acknowledged returns the reason for which a finding with an id was
// acknowledged at a construct or above, and whether it was.
func (s *Stack) Acknowledged(constructPath, id string) (reason string, acknowledged bool) {
	for at := constructPath; ; {
		if reason, acknowledged = s.acknowledged[at][id]; acknowledged || at == "" {
			return reason, acknowledged
		}
		at = at[:max(0, strings.LastIndex(at, "/"))]
	}
}

// ConstructPath returns the path of the CDK construct that a resource was
// synthesized from, by the template or by its assembly, or "".
func (s *Stack) ConstructPath(resource *Resource) string {
	if path := resource.ConstructPath(); path != "" {
		return path
	}
	return s.paths[resource.LogicalID]
}
