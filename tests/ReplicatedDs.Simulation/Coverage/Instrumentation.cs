using System.Globalization;
using System.Runtime.CompilerServices;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;
using ReplicatedDs.Causality.Core;

namespace ReplicatedDs.Simulation.Coverage;

/// <summary>
/// Makes a copy of the core that notes which of its branches were ever taken: before each basic block stands one store into an array.
/// </summary>
internal static class Instrumentation
{
    public const string ProbesName = "ReplicatedDs.Simulation.Probes";
    public const string HitsName = "Hits";
    public const string MapName = "branches.txt";

    // Decoders refuse bytes that no simulated network makes; they have tests of their own.
    private static readonly string[] Parts = ["Core", "Delivery", "Forks", "Idempotency", "Membership", "Replication", "Stability", "Values"];

    /// <summary>Copies this program into a folder, with the core instrumented and beside it a line of text per branch: its file and line.</summary>
    public static void CopyProgram(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        var core = typeof(ReplicaCore).Assembly.Location;
        File.WriteAllLines(Path.Combine(folder, MapName), Instrument(core, Path.Combine(folder, Path.GetFileName(core))));
    }

    private static List<string> Instrument(string source, string target)
    {
        using var module = ModuleDefinition.ReadModule(source, new ReaderParameters { ReadSymbols = true });
        var hits = new FieldDefinition(HitsName, FieldAttributes.Public | FieldAttributes.Static, new ArrayType(module.TypeSystem.Byte));
        var lines = new List<string>();
        foreach (var method in module.GetTypes().Where(type => Parts.Any(part => IsIn(type, part))).SelectMany(type => type.Methods).ToList())
        {
            // What the compiler wrote itself (members of records, accessors) tells nothing.
            var isWritten = !method.CustomAttributes.Any(attribute => attribute.AttributeType.Name == nameof(CompilerGeneratedAttribute));
            if (isWritten && method.HasBody && method.DebugInformation.HasSequencePoints)
            {
                Instrument(method, hits, lines);
            }
        }

        module.Types.Add(Probes(module, hits, lines.Count));
        module.Write(target, new WriterParameters { WriteSymbols = true });
        return lines;
    }

    private static bool IsIn(TypeDefinition type, string part)
    {
        var outer = type;
        while (outer.DeclaringType is { } declaring)
        {
            outer = declaring;
        }

        return outer.Namespace == $"ReplicatedDs.Causality.{part}";
    }

    private static TypeDefinition Probes(ModuleDefinition module, FieldDefinition hits, int count)
    {
        var dot = ProbesName.LastIndexOf('.');
        var probes = new TypeDefinition(
            ProbesName[..dot],
            ProbesName[(dot + 1)..],
            TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed | TypeAttributes.BeforeFieldInit,
            module.TypeSystem.Object);
        probes.Fields.Add(hits);
        var start = new MethodDefinition(
            ".cctor",
            MethodAttributes.Private | MethodAttributes.Static | MethodAttributes.SpecialName | MethodAttributes.RTSpecialName | MethodAttributes.HideBySig,
            module.TypeSystem.Void);
        var code = start.Body.GetILProcessor();
        code.Emit(OpCodes.Ldc_I4, count);
        code.Emit(OpCodes.Newarr, module.TypeSystem.Byte);
        code.Emit(OpCodes.Stsfld, hits);
        code.Emit(OpCodes.Ret);
        probes.Methods.Add(start);
        return probes;
    }

    private static void Instrument(MethodDefinition method, FieldDefinition hits, List<string> lines)
    {
        var body = method.Body;
        body.SimplifyMacros();
        var code = body.GetILProcessor();
        foreach (var leader in Leaders(body))
        {
            if (LineOf(method, leader) is not { } line)
            {
                continue;
            }

            Instruction[] probe = [code.Create(OpCodes.Ldsfld, hits), code.Create(OpCodes.Ldc_I4, lines.Count), code.Create(OpCodes.Ldc_I4_1), code.Create(OpCodes.Stelem_I1)];
            foreach (var instruction in probe)
            {
                code.InsertBefore(leader, instruction);
            }

            Retarget(body, leader, probe[0]);
            lines.Add(line);
        }

        body.OptimizeMacros();
    }

    /// <summary>The first instructions of the basic blocks.</summary>
    private static List<Instruction> Leaders(MethodBody body)
    {
        var leaders = new HashSet<Instruction> { body.Instructions[0] };
        foreach (var instruction in body.Instructions)
        {
            if (instruction.Operand is Instruction target)
            {
                leaders.Add(target);
            }
            else if (instruction.Operand is Instruction[] targets)
            {
                leaders.UnionWith(targets);
            }

            if (instruction.OpCode.FlowControl == FlowControl.Cond_Branch && instruction.Next is { } next)
            {
                leaders.Add(next);
            }
        }

        leaders.UnionWith(body.ExceptionHandlers.Select(handler => handler.HandlerStart));
        return [.. body.Instructions.Where(leaders.Contains)];
    }

    /// <summary>File and line; those of the code before where the block begins in the middle of a statement.</summary>
    private static string? LineOf(MethodDefinition method, Instruction leader)
    {
        for (var instruction = leader; instruction is not null; instruction = instruction.Previous)
        {
            if (method.DebugInformation.GetSequencePoint(instruction) is { } point)
            {
                var part = Path.GetFileName(Path.GetDirectoryName(point.Document.Url));
                return point.IsHidden ? null : string.Create(CultureInfo.InvariantCulture, $"{part}/{Path.GetFileName(point.Document.Url)}:{point.StartLine}");
            }
        }

        return null;
    }

    private static void Retarget(MethodBody body, Instruction from, Instruction to)
    {
        foreach (var instruction in body.Instructions)
        {
            if (instruction.Operand == from)
            {
                instruction.Operand = to;
            }
            else if (instruction.Operand is Instruction[] targets)
            {
                for (var i = 0; i < targets.Length; i++)
                {
                    targets[i] = targets[i] == from ? to : targets[i];
                }
            }
        }

        foreach (var handler in body.ExceptionHandlers)
        {
            handler.TryStart = handler.TryStart == from ? to : handler.TryStart;
            handler.TryEnd = handler.TryEnd == from ? to : handler.TryEnd;
            handler.HandlerStart = handler.HandlerStart == from ? to : handler.HandlerStart;
            handler.HandlerEnd = handler.HandlerEnd == from ? to : handler.HandlerEnd;
            handler.FilterStart = handler.FilterStart == from ? to : handler.FilterStart;
        }
    }
}
