using Microsoft.Extensions.Options;

namespace ReplicatedDs.Client.Registration;

internal sealed class OptionsValidator : IValidateOptions<ReplicatedDsClientOptions>
{
    public ValidateOptionsResult Validate(string? name, ReplicatedDsClientOptions options) =>
        options.Problems() is { Count: > 0 } problems ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;
}
