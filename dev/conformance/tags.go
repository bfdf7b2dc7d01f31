package main

import "strings"

// tagDescriptions is where an answer of DescribeTags has its elements.
const tagDescriptions = "DescribeTagsResult.TagDescriptions"

// withTags is an answer of DescribeTags that describes all of the resources: with the tags
// that were recorded, or none. One that it left out would count as gone.
func withTags(recorded document, arns []string) document {
	descriptions := &node{name: "TagDescriptions", shape: list}
	has := map[string]bool{}
	if recorded.root != nil {
		for _, element := range recorded.find(tagDescriptions + "[]") {
			descriptions.children = append(descriptions.children, element)
			has[textOf(element.field("ResourceArn"))] = true
		}
	}
	for _, arn := range arns {
		if !has[arn] {
			descriptions.children = append(descriptions.children, &node{name: "member", shape: object, children: []*node{
				{name: "ResourceArn", scalar: arn}, {name: "Tags", shape: list},
			}})
		}
	}
	result := &node{name: "DescribeTagsResult", shape: object, children: []*node{descriptions}}
	return document{xml: true, root: &node{name: "DescribeTagsResponse", shape: object, children: []*node{result}}}
}

func textOf(n *node) string {
	text, _ := n.scalar.(string)
	return strings.TrimSpace(text)
}
