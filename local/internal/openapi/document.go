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

// Info says what is described.
type Info struct {
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
	Version     string `json:"version"`
}

// Waiver is what AWS does for the API beyond what the document says.
type Waiver struct {
	Name   string `json:"name"`
	Effect string `json:"effect"`
}

// Server is where the API is.
type Server struct {
	URL         string              `json:"url"`
	Description string              `json:"description,omitempty"`
	Variables   map[string]Variable `json:"variables,omitempty"`
}

// Variable is a part of a server's URL.
type Variable struct {
	Default     string `json:"default"`
	Description string `json:"description"`
}

// PathItem holds operations by method in lower case.
type PathItem map[string]*Operation

// Operation is one method of one path.
type Operation struct {
	OperationID string              `json:"operationId,omitempty"`
	Parameters  []Parameter         `json:"parameters,omitempty"`
	RequestBody *RequestBody        `json:"requestBody,omitempty"`
	Responses   map[string]Response `json:"responses"`
	// Security is never left out: an empty list lets everybody call.
	Security []map[string][]string `json:"security"`
}

// Parameter is one of a request.
type Parameter struct {
	Name        string `json:"name"`
	In          string `json:"in"`
	Description string `json:"description,omitempty"`
	Required    bool   `json:"required"`
	Schema      schema `json:"schema"`
}

// RequestBody is a payload by content type.
type RequestBody struct {
	Required bool                 `json:"required,omitempty"`
	Content  map[string]MediaType `json:"content"`
}

// MediaType is a payload of one content type.
type MediaType struct {
	Schema   schema             `json:"schema,omitempty"`
	Examples map[string]Example `json:"examples,omitempty"`
}

// Example is a payload.
type Example struct {
	Value any `json:"value"`
}

// Response is an answer, or a reference to one of the components.
type Response struct {
	Ref         string               `json:"$ref,omitempty"`
	Description string               `json:"description,omitempty"`
	Headers     map[string]Header    `json:"headers,omitempty"`
	Content     map[string]MediaType `json:"content,omitempty"`
}

// Header is one of an answer.
type Header struct {
	Schema schema `json:"schema"`
}

// Components are what operations refer to.
type Components struct {
	Schemas         map[string]schema         `json:"schemas,omitempty"`
	Responses       map[string]Response       `json:"responses,omitempty"`
	SecuritySchemes map[string]SecurityScheme `json:"securitySchemes,omitempty"`
}

// SecurityScheme is how a caller proves who it is.
type SecurityScheme struct {
	Type         string `json:"type"`
	Description  string `json:"description,omitempty"`
	In           string `json:"in,omitempty"`
	Name         string `json:"name,omitempty"`
	Scheme       string `json:"scheme,omitempty"`
	BearerFormat string `json:"bearerFormat,omitempty"`
	Flows        *Flows `json:"flows,omitempty"`
	// AuthType says what only API Gateway knows, as in the documents that it exports.
	AuthType string `json:"x-amazon-apigateway-authtype,omitempty"`
}

// Flows holds the one flow of a machine client.
type Flows struct {
	ClientCredentials Flow `json:"clientCredentials"`
}

// Flow is how to get a token.
type Flow struct {
	TokenURL string            `json:"tokenUrl"`
	Scopes   map[string]string `json:"scopes"`
}

// schema is a JSON Schema.
type schema map[string]any

func text() schema { return schema{"type": "string"} }

const schemaPrefix = "#/components/schemas/"

func reference(model string) schema { return schema{"$ref": schemaPrefix + model} }
