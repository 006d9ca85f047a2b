package openapi

// Document is an OpenAPI 3.1 document: https://spec.openapis.org/oas/v3.1.1.html
type Document struct {
	OpenAPI    string              `json:"openapi"`
	Info       Info                `json:"info"`
	Waivers    []Waiver            `json:"x-waivers,omitempty"`
	Servers    []Server            `json:"servers"`
	Paths      map[string]PathItem `json:"paths"`
	Components Components          `json:"components"`
}

// Info is the title of the API.
type Info struct {
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
	Version     string `json:"version"`
}

// Waiver is something that AWS does for the API and this document does not cover.
type Waiver struct {
	Name   string `json:"name"`
	Effect string `json:"effect"`
}

// Server is a URL of the API.
type Server struct {
	URL         string              `json:"url"`
	Description string              `json:"description,omitempty"`
	Variables   map[string]Variable `json:"variables,omitempty"`
}

// Variable is a variable in the URL of a server.
type Variable struct {
	Default     string `json:"default"`
	Description string `json:"description"`
}

// PathItem holds the operations of a path by method in lower case.
type PathItem map[string]*Operation

type Operation struct {
	OperationID string              `json:"operationId,omitempty"`
	Parameters  []Parameter         `json:"parameters,omitempty"`
	RequestBody *RequestBody        `json:"requestBody,omitempty"`
	Responses   map[string]Response `json:"responses"`
	// Security is never left out: an empty list means that everybody may call.
	Security []map[string][]string `json:"security"`
}

// Parameter is a parameter of a request.
type Parameter struct {
	Name        string `json:"name"`
	In          string `json:"in"`
	Description string `json:"description,omitempty"`
	Required    bool   `json:"required"`
	Schema      schema `json:"schema"`
}

// RequestBody is the payload of a request by content type.
type RequestBody struct {
	Required bool                 `json:"required,omitempty"`
	Content  map[string]MediaType `json:"content"`
}

// MediaType is a payload of one content type.
type MediaType struct {
	Schema   schema             `json:"schema,omitempty"`
	Examples map[string]Example `json:"examples,omitempty"`
}

type Example struct {
	Value any `json:"value"`
}

// Response is a response, or a reference to one of the components.
type Response struct {
	Ref         string               `json:"$ref,omitempty"`
	Description string               `json:"description,omitempty"`
	Headers     map[string]Header    `json:"headers,omitempty"`
	Content     map[string]MediaType `json:"content,omitempty"`
}

// Header is a header of a response.
type Header struct {
	Schema schema `json:"schema"`
}

// Components are the objects that operations refer to.
type Components struct {
	Schemas         map[string]schema         `json:"schemas,omitempty"`
	Responses       map[string]Response       `json:"responses,omitempty"`
	SecuritySchemes map[string]SecurityScheme `json:"securitySchemes,omitempty"`
}

// SecurityScheme describes how a caller authenticates.
type SecurityScheme struct {
	Type         string `json:"type"`
	Description  string `json:"description,omitempty"`
	In           string `json:"in,omitempty"`
	Name         string `json:"name,omitempty"`
	Scheme       string `json:"scheme,omitempty"`
	BearerFormat string `json:"bearerFormat,omitempty"`
	Flows        *Flows `json:"flows,omitempty"`
	// AuthType is API Gateway's authorization type, as in the documents that it
	// exports.
	AuthType string `json:"x-amazon-apigateway-authtype,omitempty"`
}

// Flows has the flow of a machine client.
type Flows struct {
	ClientCredentials Flow `json:"clientCredentials"`
}

// Flow describes how to get a token.
type Flow struct {
	TokenURL string            `json:"tokenUrl"`
	Scopes   map[string]string `json:"scopes"`
}

// schema is a JSON Schema.
type schema map[string]any

func text() schema { return schema{"type": "string"} }

const schemaPrefix = "#/components/schemas/"

func reference(model string) schema { return schema{"$ref": schemaPrefix + model} }
