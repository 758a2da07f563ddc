using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using ReplicatedDs.Replica.Http.Problems;
using ReplicatedDs.Replica.Security;

namespace ReplicatedDs.Replica.Http.Docs;

/// <summary>
/// Puts into the OpenAPI document what the handlers' signatures do not tell: they read keys from the raw target and headers by hand.
/// </summary>
internal sealed class DescribeOperations : IOpenApiOperationTransformer
{
    private const string ProblemContentType = "application/problem+json";

    public async Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.Parameters ??= [];
        foreach (var name in PathParameters(context.Description.RelativePath ?? ""))
        {
            if (operation.Parameters.All(parameter => parameter.Name != name))
            {
                operation.Parameters.Add(Text(ParameterLocation.Path, name, PathDescription(name), isRequired: true));
            }
        }

        foreach (var input in metadata.OfType<DocumentedInput>())
        {
            operation.Parameters.Add(Text(input.In, input.Name, input.Description, isRequired: false));
        }

        if (metadata.OfType<DocumentedBody>().SingleOrDefault() is { } body)
        {
            operation.RequestBody = await BodyAsync(body, context, cancellationToken).ConfigureAwait(false);
        }

        AddProblems(operation, metadata, RouteRules.Find(context.Description.HttpMethod ?? "", "/" + context.Description.RelativePath));
    }

    private static async Task<OpenApiRequestBody> BodyAsync(
        DocumentedBody body, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        IOpenApiSchema schema = body.Schema is { } type
            ? await context.GetOrCreateSchemaAsync(type, null, cancellationToken).ConfigureAwait(false)
            : new OpenApiSchema { Type = JsonSchemaType.String, Format = body.ContentType.StartsWith("text/", StringComparison.Ordinal) ? null : "binary" };
        return new OpenApiRequestBody
        {
            Description = body.Description,
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType> { [body.ContentType] = new() { Schema = schema } },
        };
    }

    private static void AddProblems(OpenApiOperation operation, IList<object> metadata, RouteRule? rule)
    {
        var kinds = metadata.OfType<DocumentedProblems>().SelectMany(problems => problems.Kinds).ToList();
        kinds.Add(ProblemKinds.ForeignHost);
        kinds.Add(ProblemKinds.Internal);
        if (rule?.Access is RouteAccess.Change or RouteAccess.Operator)
        {
            kinds.Add(ProblemKinds.ForeignOrigin);
        }

        if (rule?.Access == RouteAccess.Operator)
        {
            kinds.Add(ProblemKinds.Unauthorized);
            kinds.Add(ProblemKinds.TooManyWrongKeys);
        }

        if (rule?.IsLab == true)
        {
            kinds.Add(ProblemKinds.LabOff);
        }

        operation.Responses ??= [];
        foreach (var group in kinds.Distinct().GroupBy(kind => kind.Status).OrderBy(group => group.Key))
        {
            operation.Responses[group.Key.ToString(System.Globalization.CultureInfo.InvariantCulture)] = new OpenApiResponse
            {
                Description = string.Join(" ", group.Select(kind => $"`{kind.Name}`: {kind.Title}")),
                Content = new Dictionary<string, OpenApiMediaType> { [ProblemContentType] = new() },
            };
        }
    }

    private static IEnumerable<string> PathParameters(string path) =>
        path.Split('/').Where(part => part is ['{', .., '}']).Select(part => part[1..^1].Split(':')[0]);

    private static string PathDescription(string name) => name switch
    {
        "key" => "The key: 1 to 1024 bytes of UTF-8, percent-encoded once (a slash is %2F).",
        "member" => "The member: 1 to 1024 bytes of UTF-8, percent-encoded once.",
        "dot" => "An update's name, such as 2#17, written 2%2317 in a path.",
        "id" => "The id of the replica.",
        "peerId" => "The id of the replica at the receiving end of the link.",
        _ => name,
    };

    private static OpenApiParameter Text(ParameterLocation location, string name, string description, bool isRequired) => new()
    {
        Name = name,
        In = location,
        Description = description,
        Required = isRequired,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
    };
}
