using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Wire;

namespace ReplicatedDs.Causality.Idempotency;

/// <summary>Tells whether two writes under one operation id are the same write.</summary>
internal static class OperationFingerprint
{
    /// <summary>The same for what a client asked for and for the update made of it.</summary>
    public static ulong Of(IReadOnlyList<Operation> operations)
    {
        var buffer = new ArrayBufferWriter<byte>();
        for (var i = 0; i < operations.Count; i++)
        {
            if (!IsPreparation(operations, i))
            {
                OperationCodec.Write(buffer, operations[i]);
            }
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(buffer.WrittenSpan, hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }

    /// <summary>
    /// A delete right before something that counts or collects on the same key: one replica needs it to start from nothing, another does not.
    /// </summary>
    private static bool IsPreparation(IReadOnlyList<Operation> operations, int index) =>
        operations[index] is DeleteOperation delete && index + 1 < operations.Count && operations[index + 1] switch
        {
            IncrementOperation or AddOperation or RemoveOperation => ((KeyOperation)operations[index + 1]).Key == delete.Key,
            DeleteOperation next => next.Key == delete.Key && IsPreparation(operations, index + 1),
            _ => false,
        };
}
