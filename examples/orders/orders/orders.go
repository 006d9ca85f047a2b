// Package orders implements the function.
package orders

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Order is one order.
type Order struct {
	ID   string `json:"id"`
	Item string `json:"item"`
	// CreatedBy is the id of the client that created it.
	CreatedBy string `json:"createdBy"`
}

// Handler answers requests of the API from a table.
type Handler struct {
	Table  string
	Client *dynamodb.Client
}

// Handle answers POST /orders and GET /orders/{id}. API Gateway has already checked
// that the caller's token has the method's scope.
func (h *Handler) Handle(ctx context.Context, request events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
	if request.HTTPMethod == http.MethodPost {
		return h.create(ctx, request)
	}
	return h.get(ctx, request.PathParameters["id"])
}

func (h *Handler) create(ctx context.Context, request events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
	var order Order
	if err := json.Unmarshal([]byte(request.Body), &order); err != nil || order.Item == "" {
		return answer(http.StatusBadRequest, map[string]string{"message": `want {"item": "..."}`})
	}
	claims, _ := request.RequestContext.Authorizer["claims"].(map[string]any)
	order.ID = rand.Text()
	order.CreatedBy, _ = claims["client_id"].(string)
	_, err := h.Client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &h.Table,
		Item: map[string]types.AttributeValue{
			"id":        &types.AttributeValueMemberS{Value: order.ID},
			"item":      &types.AttributeValueMemberS{Value: order.Item},
			"createdBy": &types.AttributeValueMemberS{Value: order.CreatedBy},
		},
	})
	if err != nil {
		return events.APIGatewayProxyResponse{}, err
	}
	return answer(http.StatusCreated, order)
}

func (h *Handler) get(ctx context.Context, id string) (events.APIGatewayProxyResponse, error) {
	found, err := h.Client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName:      &h.Table,
		Key:            map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: id}},
		ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return events.APIGatewayProxyResponse{}, err
	}
	if len(found.Item) == 0 {
		return answer(http.StatusNotFound, map[string]string{"message": "no such order"})
	}
	return answer(http.StatusOK, Order{ID: id, Item: text(found.Item["item"]), CreatedBy: text(found.Item["createdBy"])})
}

func text(value types.AttributeValue) string {
	if s, ok := value.(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

func answer(status int, body any) (events.APIGatewayProxyResponse, error) {
	encoded, err := json.Marshal(body)
	return events.APIGatewayProxyResponse{
		StatusCode: status,
		Headers:    map[string]string{"Content-Type": "application/json"},
		Body:       string(encoded),
	}, err
}

// CreateTable creates the same table as the stack, for a DynamoDB on this machine, and
// waits until it is ready.
func CreateTable(ctx context.Context, client *dynamodb.Client, name string) error {
	_, err := client.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName:            &name,
		BillingMode:          types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash}},
	})
	if err != nil {
		return err
	}
	return dynamodb.NewTableExistsWaiter(client).Wait(ctx, &dynamodb.DescribeTableInput{TableName: &name}, 30*time.Second)
}
