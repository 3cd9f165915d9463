using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Profiler.Cli.Tests.Rooms;

/// <summary>
/// Which types of an assembly use which others of it, read from its metadata: in bases, attributes, fields, signatures, local
/// variables and the instructions of methods. Constants are not seen: the compiler puts their values in place.
/// </summary>
internal sealed class TypeUses
{
    private static readonly Dictionary<int, OperandType> Operands = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value & 0xffff, code => code.OperandType);

    private readonly PEReader _file;
    private readonly MetadataReader _metadata;
    private readonly List<(TypeName User, TypeName Used)> _uses = [];

    private TypeUses(PEReader file) => (_file, _metadata) = (file, file.GetMetadataReader());

    /// <summary>Every pair once, of types with a namespace; nested types count as the type they are in.</summary>
    public static IReadOnlyList<(TypeName User, TypeName Used)> Of(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        return new TypeUses(file).All();
    }

    /// <summary>The assemblies of this program that an assembly uses.</summary>
    public static IReadOnlyList<string> References(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        MetadataReader metadata = file.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(r => metadata.GetString(metadata.GetAssemblyReference(r).Name))
            .Where(name => name.StartsWith("Profiler.", StringComparison.Ordinal))];
    }

    private List<(TypeName User, TypeName Used)> All()
    {
        foreach (TypeDefinitionHandle handle in _metadata.TypeDefinitions)
        {
            var used = new UsedTypes(_metadata);
            Collect(_metadata.GetTypeDefinition(handle), used);
            TypeName user = NameOf(handle);
            _uses.AddRange(used.Types.Select(type => (user, NameOf(type))));
        }
        return [.. _uses.Distinct().Where(u => u.User != u.Used && u.User.Namespace.Length > 0 && u.Used.Namespace.Length > 0)];
    }

    private void Collect(TypeDefinition type, UsedTypes used)
    {
        used.Add(type.BaseType);
        foreach (InterfaceImplementationHandle i in type.GetInterfaceImplementations())
            used.Add(_metadata.GetInterfaceImplementation(i).Interface);
        foreach (CustomAttributeHandle a in type.GetCustomAttributes())
            used.Add(_metadata.GetCustomAttribute(a).Constructor);
        foreach (FieldDefinitionHandle f in type.GetFields())
            _metadata.GetFieldDefinition(f).DecodeSignature(used, null);
        foreach (GenericParameterHandle p in type.GetGenericParameters())
            Collect(p, used);
        foreach (MethodDefinitionHandle handle in type.GetMethods())
        {
            MethodDefinition method = _metadata.GetMethodDefinition(handle);
            method.DecodeSignature(used, null);
            foreach (GenericParameterHandle p in method.GetGenericParameters())
                Collect(p, used);
            if (method.RelativeVirtualAddress != 0)
                Collect(_file.GetMethodBody(method.RelativeVirtualAddress), used);
        }
    }

    private void Collect(GenericParameterHandle parameter, UsedTypes used)
    {
        foreach (GenericParameterConstraintHandle c in _metadata.GetGenericParameter(parameter).GetConstraints())
            used.Add(_metadata.GetGenericParameterConstraint(c).Type);
    }

    private void Collect(MethodBodyBlock body, UsedTypes used)
    {
        if (!body.LocalSignature.IsNil)
            _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(used, null);
        BlobReader code = body.GetILReader();
        while (code.RemainingBytes > 0)
        {
            int value = code.ReadByte();
            if (value == 0xfe)
                value = value << 8 | code.ReadByte();
            switch (Operands[value])
            {
                case OperandType.InlineNone:
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    code.Offset += 1;
                    break;
                case OperandType.InlineVar:
                    code.Offset += 2;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    code.Offset += 8;
                    break;
                case OperandType.InlineSwitch:
                    int targets = code.ReadInt32();
                    code.Offset += 4 * targets;
                    break;
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    used.Add(MetadataTokens.EntityHandle(code.ReadInt32()));
                    break;
                default:
                    code.Offset += 4;
                    break;
            }
        }
    }

    private TypeName NameOf(TypeDefinitionHandle handle)
    {
        TypeDefinition type = _metadata.GetTypeDefinition(handle);
        bool isEnum = !type.BaseType.IsNil && type.BaseType.Kind == HandleKind.TypeReference &&
            _metadata.GetString(_metadata.GetTypeReference((TypeReferenceHandle)type.BaseType).Name) == nameof(Enum);
        while (type.GetDeclaringType() is { IsNil: false } outer)
            type = _metadata.GetTypeDefinition(outer);
        return new TypeName(_metadata.GetString(type.Namespace), _metadata.GetString(type.Name), isEnum);
    }
}

/// <summary>A type of a program.</summary>
internal readonly record struct TypeName(string Namespace, string Name, bool IsEnum);
