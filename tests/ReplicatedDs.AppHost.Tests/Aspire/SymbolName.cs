using System.Reflection;
using System.Runtime.CompilerServices;

namespace ReplicatedDs.AppHost.Tests.Aspire;

/// <summary>Writes a member as the committed list does: as its C# declaration, without access modifiers and namespaces.</summary>
internal static class SymbolName
{
    private static readonly NullabilityInfoContext Nullability = new();

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
        [typeof(int)] = "int",
        [typeof(bool)] = "bool",
    };

    public static string Of(Type type) => type.DeclaringType is { } outer ? $"{Of(outer)}.{type.Name}" : $"{type.Namespace}.{Short(type)}";

    public static string Of(MemberInfo member) => member switch
    {
        ConstructorInfo constructor => $"{Plain(constructor.DeclaringType!)}({Parameters(constructor)})",
        MethodInfo method => Method(method),
        PropertyInfo property => $"{Required(property)}{Virtual(property.GetMethod!)}{Static(property.GetMethod!)}{TypeName(property.PropertyType, Nullability.Create(property))} {property.Name}",
        FieldInfo field => $"{(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{TypeName(field.FieldType, Nullability.Create(field))} {field.Name}",
        _ => throw new NotSupportedException($"{member}"),
    };

    private static string Method(MethodInfo method)
    {
        var generic = method.GetGenericArguments();
        var arguments = generic.Length == 0 ? "" : $"<{string.Join(", ", generic.Select(argument => argument.Name))}>";
        var constraints = string.Concat(generic.Select(Constraint));
        return $"{Static(method)}{TypeName(method.ReturnType, Nullability.Create(method.ReturnParameter))} {method.Name}{arguments}({Parameters(method)}){constraints}";
    }

    private static string Parameters(MethodBase method)
    {
        var extension = method.IsDefined(typeof(ExtensionAttribute), inherit: false);
        return string.Join(", ", method.GetParameters().Select(parameter =>
            (extension && parameter.Position == 0 ? "this " : "")
            + (parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "")
            + (parameter.IsIn ? "in " : parameter.IsOut ? "out " : "")
            + TypeName(parameter.ParameterType, Nullability.Create(parameter))
            + " " + parameter.Name
            + Default(parameter)));
    }

    private static string Default(ParameterInfo parameter) => !parameter.HasDefaultValue ? "" : parameter.DefaultValue switch
    {
        null when parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null => $" = default({Short(parameter.ParameterType)})",
        null => " = null",
        bool flag => flag ? " = true" : " = false",
        var value => $" = {value}",
    };

    private static string Constraint(Type argument)
    {
        var parts = new List<string>();
        var flags = argument.GenericParameterAttributes;
        if (flags.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
        {
            parts.Add("class");
        }

        parts.AddRange(argument.GetGenericParameterConstraints().Where(type => type != typeof(ValueType)).Select(Short));
        if (flags.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint))
        {
            parts.Add("new()");
        }

        return parts.Count == 0 ? "" : $" where {argument.Name} : {string.Join(", ", parts)}";
    }

    private static string TypeName(Type type, NullabilityInfo? nullability)
    {
        if (type.IsByRef)
        {
            return TypeName(type.GetElementType()!, nullability);
        }

        if (Nullable.GetUnderlyingType(type) is { } value)
        {
            return TypeName(value, null) + "?";
        }

        var mark = !type.IsValueType && !type.IsGenericParameter && nullability?.ReadState == NullabilityState.Nullable ? "?" : "";
        if (type.IsArray)
        {
            return TypeName(type.GetElementType()!, nullability?.ElementType) + "[]" + mark;
        }

        if (!type.IsGenericType)
        {
            return Short(type) + mark;
        }

        var known = nullability?.GenericTypeArguments is { Length: > 0 } arguments ? arguments : null;
        return $"{Plain(type)}<{string.Join(", ", type.GetGenericArguments().Select((argument, i) => TypeName(argument, known?[i])))}>{mark}";
    }

    private static string Short(Type type)
    {
        if (Keywords.TryGetValue(type, out var keyword))
        {
            return keyword;
        }

        var name = type.IsGenericType ? $"{Plain(type)}<{string.Join(", ", type.GetGenericArguments().Select(Short))}>" : type.Name;
        return type.IsNested && !type.IsGenericParameter ? $"{Short(type.DeclaringType!)}.{name}" : name;
    }

    private static string Plain(Type type) => type.Name.Split('`')[0];

    private static string Static(MethodBase method) => method.IsStatic ? "static " : "";

    private static string Virtual(MethodInfo method) => method is { IsVirtual: true, IsFinal: false, IsAbstract: false } ? "virtual " : "";

    private static string Required(PropertyInfo property) => property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
}
