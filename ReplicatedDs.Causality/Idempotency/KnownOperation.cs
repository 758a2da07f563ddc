using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Causality.Idempotency;

/// <summary>An update that carries an operation id.</summary>
/// <param name="Dot">The update.</param>
/// <param name="Fingerprint">Of what it does: one id with two of them is a mistake of the client.</param>
/// <param name="Milliseconds">When it was made, by its timestamp.</param>
/// <param name="Keys">What it writes.</param>
public sealed record KnownOperation(Dot Dot, ulong Fingerprint, long Milliseconds, ImmutableArray<string> Keys);
