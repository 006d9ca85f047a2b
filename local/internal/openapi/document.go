package openapi

// Document is an OpenAPI 3.1 document: https://spec.openapis.org/oas/v3.1.1.html
type Document struct {
	OpenAPI    string              `json:"openapi"`
	Info       info                `json:"info"`
	Waivers    []Waiver            `json:"x-waivers,omitempty"`
	Servers    []server            `json:"servers"`
	Paths      map[string]pathItem `json:"paths"`
	Components components          `json:"components"`
}

// info is the title of the API.
type info struct {
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
	Version     string `json:"version"`
}

// Waiver is something that AWS does for the API and this document does not cover.
type Waiver struct {
	Name   string `json:"name"`
	Effect string `json:"effect"`
}

// server is a URL of the API.
type server struct {
	URL         string              `json:"url"`
	Description string              `json:"description,omitempty"`
	Variables   map[string]variable `json:"variables,omitempty"`
}

// variable is a variable in the URL of a server.
type variable struct {
	Default     string `json:"default"`
	Description string `json:"description"`
}

// pathItem holds the operations of a path by method in lower case.
type pathItem map[string]*operation

type operation struct {
	OperationID string              `json:"operationId,omitempty"`
	Parameters  []parameter         `json:"parameters,omitempty"`
	RequestBody *requestBody        `json:"requestBody,omitempty"`
	Responses   map[string]response `json:"responses"`
	// Security is never left out: an empty list means that everybody may call.
	Security []map[string][]string `json:"security"`
}

// parameter is a parameter of a request.
type parameter struct {
	Name        string `json:"name"`
	In          string `json:"in"`
	Description string `json:"description,omitempty"`
	Required    bool   `json:"required"`
	Schema      schema `json:"schema"`
}

// requestBody is the payload of a request by content type.
type requestBody struct {
	Required bool                 `json:"required,omitempty"`
	Content  map[string]mediaType `json:"content"`
}

// mediaType is a payload of one content type.
type mediaType struct {
	Schema   schema             `json:"schema,omitempty"`
	Examples map[string]example `json:"examples,omitempty"`
}

type example struct {
	Value any `json:"value"`
}

// response is a response, or a reference to one of the components.
type response struct {
	Ref         string               `json:"$ref,omitempty"`
	Description string               `json:"description,omitempty"`
	Headers     map[string]header    `json:"headers,omitempty"`
	Content     map[string]mediaType `json:"content,omitempty"`
}

// header is a header of a response.
type header struct {
	Schema schema `json:"schema"`
}

// components are the objects that operations refer to.
type components struct {
	Schemas         map[string]schema         `json:"schemas,omitempty"`
	Responses       map[string]response       `json:"responses,omitempty"`
	SecuritySchemes map[string]securityScheme `json:"securitySchemes,omitempty"`
}

// securityScheme describes how a caller authenticates.
type securityScheme struct {
	Type         string `json:"type"`
	Description  string `json:"description,omitempty"`
	In           string `json:"in,omitempty"`
	Name         string `json:"name,omitempty"`
	Scheme       string `json:"scheme,omitempty"`
	BearerFormat string `json:"bearerFormat,omitempty"`
	Flows        *flows `json:"flows,omitempty"`
	// AuthType is API Gateway's authorization type, as in the documents that it
	// exports.
	AuthType string `json:"x-amazon-apigateway-authtype,omitempty"`
}

// flows has the flow of a machine client.
type flows struct {
	ClientCredentials flow `json:"clientCredentials"`
}

// flow describes how to get a token.
type flow struct {
	TokenURL string            `json:"tokenUrl"`
	Scopes   map[string]string `json:"scopes"`
}

// schema is a JSON Schema.
type schema map[string]any

func text() schema { return schema{"type": "string"} }

const schemaPrefix = "#/components/schemas/"

func reference(model string) schema { return schema{"$ref": schemaPrefix + model} }
