namespace ReplicatedDs.Dashboard.Lessons;

/// <summary>What a replica answered while it joined, when it was asked for an effect and then for its cause.</summary>
/// <param name="Silent">It did not answer.</param>
/// <param name="Neither">It showed no effect yet.</param>
/// <param name="Both">It showed the effect and its cause.</param>
/// <param name="EffectAlone">It showed the effect without its cause: this must never be.</param>
internal sealed record JoinWitness(int Silent, int Neither, int Both, int EffectAlone)
{
    public int Asked => Silent + Neither + Both + EffectAlone;

    public static JoinWitness operator +(JoinWitness one, JoinWitness other) =>
        new(one.Silent + other.Silent, one.Neither + other.Neither, one.Both + other.Both, one.EffectAlone + other.EffectAlone);
}
