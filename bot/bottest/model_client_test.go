package bottest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"testing"

	openai "github.com/sashabaranov/go-openai"
)

func modelClient(s *ModelServer, key string) *openai.Client {
	config := openai.DefaultConfig(key)
	config.BaseURL = s.URL()
	return openai.NewClientWithConfig(config)
}

func clientChat(purpose string) openai.ChatCompletionRequest {
	return openai.ChatCompletionRequest{
		Model: ModelName, MaxCompletionTokens: 300, Temperature: 0.5,
		Messages: []openai.ChatCompletionMessage{
			{Role: openai.ChatMessageRoleSystem, Content: "purpose: " + purpose + "\nAnswer in JSON."},
			{Role: openai.ChatMessageRoleUser, Content: string(mustJSON(modelDataOf(purpose)))},
		},
		ResponseFormat: &openai.ChatCompletionResponseFormat{
			Type:       openai.ChatCompletionResponseFormatTypeJSONSchema,
			JSONSchema: &openai.ChatCompletionResponseFormatJSONSchema{Name: purpose, Strict: true, Schema: json.RawMessage(mustJSON(agreedSchema(purpose)))},
		},
	}
}

// TestModelWithItsClient shows that the library we use takes the stand-in for the real thing.
func TestModelWithItsClient(t *testing.T) {
	s := NewModel(t, ModelOptions{})
	client := modelClient(s, ModelKey)
	got, err := client.CreateChatCompletion(t.Context(), clientChat(ModelStep))
	if err != nil || got.Choices[0].Message.Content != modelHealthy[ModelStep] || got.Choices[0].FinishReason != openai.FinishReasonStop || got.Usage.TotalTokens == 0 {
		t.Fatalf("%+v %v", got, err)
	}
	ask := clientChat(ModelTranslation)
	ask.StreamOptions = &openai.StreamOptions{IncludeUsage: true}
	stream, err := client.CreateChatCompletionStream(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stream.Close() }()
	said, tokens := "", 0
	for {
		piece, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		for _, choice := range piece.Choices {
			said += choice.Delta.Content
		}
		if piece.Usage != nil {
			tokens = piece.Usage.TotalTokens
		}
	}
	if said != modelHealthy[ModelTranslation] || tokens == 0 {
		t.Errorf("streamed %q, %d tokens", said, tokens)
	}
	vectors, err := client.CreateEmbeddings(t.Context(), openai.EmbeddingRequestStrings{Input: []string{"a", "b"}, Model: ModelEmbeddings})
	if err != nil || len(vectors.Data) != 2 || len(vectors.Data[1].Embedding) != ModelDims {
		t.Errorf("%+v %v", vectors, err)
	}
	models, err := client.ListModels(t.Context())
	if err != nil || len(models.Models) != 2 {
		t.Errorf("%+v %v", models, err)
	}
}

// TestModelErrorsOfItsClient shows that the errors are told apart as the real ones are.
func TestModelErrorsOfItsClient(t *testing.T) {
	s := NewModel(t, ModelOptions{})
	s.Forgive("API key")
	client := modelClient(s, ModelKey)
	api := func(err error) (status int, code any) {
		if e := new(openai.APIError); errors.As(err, &e) {
			return e.HTTPStatusCode, e.Code
		}
		return 0, nil
	}
	_, err := modelClient(s, "sk-wrong").CreateChatCompletion(t.Context(), clientChat(ModelStep))
	if status, code := api(err); status != http.StatusUnauthorized || code != "invalid_api_key" {
		t.Errorf("wrong key: %v", err)
	}
	s.Script(ModelStep, 1, ModelLimited(0))
	_, err = client.CreateChatCompletion(t.Context(), clientChat(ModelStep))
	if status, code := api(err); status != http.StatusTooManyRequests || code != "rate_limit_exceeded" {
		t.Errorf("limited: %v", err)
	}
	s.Script(ModelStep, 1, ModelHTML(502))
	_, err = client.CreateChatCompletion(t.Context(), clientChat(ModelStep))
	if e := new(openai.RequestError); !errors.As(err, &e) || e.HTTPStatusCode != http.StatusBadGateway {
		t.Errorf("proxy: %v", err)
	}
	s.Script(ModelStep, 1, ModelRefuses)
	got, err := client.CreateChatCompletion(t.Context(), clientChat(ModelStep))
	if err != nil || got.Choices[0].Message.Refusal == "" || got.Choices[0].Message.Content != "" {
		t.Errorf("refusal: %+v %v", got, err)
	}
}
