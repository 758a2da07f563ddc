using System.Buffers;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Wire;

/// <summary>One operation: its kind, then its fields.</summary>
internal static class OperationCodec
{
    public static void Write(IBufferWriter<byte> target, Operation operation)
    {
        switch (operation)
        {
            case SetOperation set:
                target.WriteByte((byte)(set.ContentType is null ? OperationKind.Set : OperationKind.SetTyped));
                target.WriteKeyText(set.Key);
                if (set.ContentType is not null)
                {
                    target.WriteText(set.ContentType, WireLimits.TextBytesMax, "content type");
                }

                target.WriteBytes(set.Value.Span, WireLimits.ValueBytesMax, "value");
                break;
            case DeleteOperation delete:
                target.WriteByte((byte)OperationKind.Delete);
                target.WriteKeyText(delete.Key);
                break;
            case IncrementOperation increment:
                target.WriteByte((byte)OperationKind.Increment);
                target.WriteKeyText(increment.Key);
                target.WriteSigned(increment.By);
                break;
            case AddOperation add:
                WriteMember(target, OperationKind.Add, add.Key, add.Member);
                break;
            case RemoveOperation remove:
                WriteMember(target, OperationKind.Remove, remove.Key, remove.Member);
                break;
            case AdmitOperation admit:
                WriteMembership(target, OperationKind.Admit, admit);
                target.WriteUInt128(admit.Incarnation.Value);
                target.WriteText(admit.Name, WireLimits.TextBytesMax, "name");
                target.WriteText(admit.HttpAddress, WireLimits.TextBytesMax, "client address");
                target.WriteText(admit.PeerAddress, WireLimits.TextBytesMax, "peer address");
                break;
            case ActivateOperation activate:
                WriteMembership(target, OperationKind.Activate, activate);
                break;
            case AbortOperation abort:
                WriteMembership(target, OperationKind.Abort, abort);
                break;
            case LeaveOperation leave:
                WriteMembership(target, OperationKind.Leave, leave);
                break;
            case GuestOperation guest:
                WriteMembership(target, OperationKind.Guest, guest);
                break;
            case IntentOperation intent:
                WriteMembership(target, intent.IsForced ? OperationKind.ForcedIntent : OperationKind.Intent, intent);
                break;
            case PromiseOperation promise:
                WriteMembership(target, OperationKind.Promise, promise);
                break;
            case RetireOperation retire:
                WriteMembership(target, OperationKind.Retire, retire);
                break;
            default:
                throw new ArgumentException($"There is no wire format for {operation.GetType().Name}.", nameof(operation));
        }
    }

    public static Operation Read(ref WireReader reader)
    {
        var kind = reader.ReadByte();
        switch ((OperationKind)kind)
        {
            case OperationKind.Set:
                var key = reader.ReadKeyText();
                return new SetOperation(key, reader.ReadBytes(WireLimits.ValueBytesMax, "value").ToArray(), null);
            case OperationKind.SetTyped:
                var typedKey = reader.ReadKeyText();
                var contentType = reader.ReadText(WireLimits.TextBytesMax, "content type");
                return new SetOperation(typedKey, reader.ReadBytes(WireLimits.ValueBytesMax, "value").ToArray(), contentType);
            case OperationKind.Delete:
                return new DeleteOperation(reader.ReadKeyText());
            case OperationKind.Increment:
                var counter = reader.ReadKeyText();
                return new IncrementOperation(counter, reader.ReadSigned());
            case OperationKind.Add:
                var addedTo = reader.ReadKeyText();
                return new AddOperation(addedTo, reader.ReadMemberText());
            case OperationKind.Remove:
                var removedFrom = reader.ReadKeyText();
                return new RemoveOperation(removedFrom, reader.ReadMemberText());
            case OperationKind.Admit:
                var replica = reader.ReadReplica();
                var incarnation = new Incarnation(reader.ReadUInt128());
                var name = reader.ReadText(WireLimits.TextBytesMax, "name");
                var http = reader.ReadText(WireLimits.TextBytesMax, "client address");
                return new AdmitOperation(replica, incarnation, name, http, reader.ReadText(WireLimits.TextBytesMax, "peer address"));
            case OperationKind.Activate:
                return new ActivateOperation(reader.ReadReplica());
            case OperationKind.Abort:
                return new AbortOperation(reader.ReadReplica());
            case OperationKind.Leave:
                return new LeaveOperation(reader.ReadReplica());
            case OperationKind.Guest:
                return new GuestOperation(reader.ReadReplica());
            case OperationKind.Intent:
                return new IntentOperation(reader.ReadReplica(), IsForced: false);
            case OperationKind.ForcedIntent:
                return new IntentOperation(reader.ReadReplica(), IsForced: true);
            case OperationKind.Retire:
                return new RetireOperation(reader.ReadReplica());
            case OperationKind.Promise:
                return new PromiseOperation(reader.ReadReplica());
            default:
                throw new WireFormatException($"Operation kind {kind} is unknown to this program; it may come from a newer one.");
        }
    }

    private static void WriteMember(IBufferWriter<byte> target, OperationKind kind, string key, string member)
    {
        target.WriteByte((byte)kind);
        target.WriteKeyText(key);
        target.WriteMemberText(member);
    }

    private static void WriteMembership(IBufferWriter<byte> target, OperationKind kind, MembershipOperation operation)
    {
        target.WriteByte((byte)kind);
        target.WriteReplica(operation.Replica);
    }
}
